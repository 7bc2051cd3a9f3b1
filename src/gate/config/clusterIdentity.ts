import { IdentitySettingsError } from "../../identity/IdentitySettingsError.ts";
import type { IdentityTier } from "../../identity/IdentityTier.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { GateConfigError } from "./GateConfigError.ts";

/** The settings of one tier of a cluster, which the tier has checked. */
export type CheckedTier = { readonly tier: "none" } | { readonly tier: IdentityTier; readonly settings: JsonObject };

/** A call is tried with each tier of its cluster. */
const MAX_TIERS = 8;

/**
 * Reads who may call for a cluster: `none`, or the settings of tiers in their order. The gate has each tier that is named.
 * Throws {@link GateConfigError} with the path of the fault.
 */
export function clusterIdentity(path: string, given: unknown, tiers: readonly IdentityTier[]): readonly CheckedTier[] {
  if (given === "none") return [{ tier: "none" }];
  if (given === undefined)
    throw new GateConfigError(
      `${path}.identity`,
      'is missing; name the tiers that prove who calls, such as [{ tier: "jwt", ... }], or "none" to answer every caller',
    );
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_TIERS)
    throw new GateConfigError(`${path}.identity`, `: expected "none" or a list of 1 to ${MAX_TIERS} tiers`);
  return given.map((one: unknown, index) => checkedTier(`${path}.identity[${index}]`, one, tiers));
}

function checkedTier(path: string, given: unknown, tiers: readonly IdentityTier[]): CheckedTier {
  const settings = isJsonObject(given) ? given : undefined;
  const { tier: name } = settings ?? {};
  if (settings === undefined || typeof name !== "string")
    throw new GateConfigError(path, ': expected an object with the name of a tier, such as { tier: "jwt", ... }');
  if (name === "none") {
    if (Object.keys(settings).length > 1) throw new GateConfigError(path, "has settings; the tier none takes none");
    return { tier: "none" };
  }
  const tier = tiers.find((known) => known.name === name);
  if (tier === undefined)
    throw new GateConfigError(`${path}.tier`, `names ${JSON.stringify(name.slice(0, 40))}, which ${gateLacks(tiers)}`);
  try {
    tier.check(settings);
  } catch (error) {
    if (!(error instanceof IdentitySettingsError)) throw error;
    throw new GateConfigError(error.path === "" ? path : `${path}.${error.path}`, error.message);
  }
  return { tier, settings };
}

function gateLacks(tiers: readonly IdentityTier[]): string {
  const names = tiers.map(({ name }) => name);
  return names.length === 0
    ? "the gate does not have: it has no tiers. Add it to the option tiers of defineGate"
    : `the gate does not have: its tiers are ${names.join(", ")}. Add it to the option tiers of defineGate`;
}
