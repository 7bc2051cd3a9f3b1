import type { Policy } from "../../policy/define/policy.ts";
import type { EntryOptions } from "./EntryOptions.ts";
import type { RegisteredGate } from "./RegisteredGate.ts";

/** The entry of the policies that no other entry names. */
export const DEFAULT_ENTRY = "default";

/** An entry with its policies, in the gate's order. */
export interface ResolvedEntry {
  readonly name: string;
  readonly options: EntryOptions;
  readonly policies: readonly Policy[];
}

/**
 * All entries of a gate with at least one policy, in the gate's order, which is the order in which the API server calls
 * mutators. `default` is the last. It holds the policies that the gate puts there and all that no entry names, so that
 * every policy is called.
 */
export function gateEntries({ policies, entries }: Pick<RegisteredGate, "policies" | "entries">): ResolvedEntry[] {
  const named = new Set(Object.values(entries).flatMap((entry) => entry.policies ?? []));
  const rest = policies.filter(({ name }) => !named.has(name)).map(({ name }) => name);
  const { [DEFAULT_ENTRY]: given = {}, ...others } = entries;
  const all = { ...others, [DEFAULT_ENTRY]: { ...given, policies: [...(given.policies ?? []), ...rest] } };
  return Object.entries(all)
    .map(([name, { policies: listed = [], ...options }]) => ({
      name,
      options,
      policies: policies.filter((policy) => listed.includes(policy.name)),
    }))
    .filter((entry) => entry.policies.length > 0);
}

/** Compares by code unit: the same order on every machine, whatever its locale. */
export function compareNames(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
