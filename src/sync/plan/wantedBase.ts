import { splitBase, withCapability } from "../../protocol/gateUrl.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";

/**
 * The base URL that webhooks at these base URLs are to have: that of the goal, otherwise their first one, with the capability
 * of the goal, otherwise their own. So a capability is replaced, and never removed. Undefined without base URLs.
 */
export function wantedBase(bases: readonly string[], goal: Pick<SyncGoal, "url" | "capability">): string | undefined {
  const parts = bases.map(splitBase);
  const place = goal.url ?? parts[0]?.place;
  if (place === undefined) return undefined;
  return baseAt(place, goal.capability?.token ?? parts.find(({ token }) => token !== undefined)?.token);
}

/** A base URL at a place, with a capability or without one. */
export function baseAt(place: string, token: string | undefined): string {
  return token === undefined ? place : withCapability(place, token);
}
