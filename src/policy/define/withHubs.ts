import type { Conversion } from "./conversion.ts";
import type { Policy } from "./policy.ts";

/**
 * A policy that judges the custom resources of some conversions in their hubs by default. The same policy where it names
 * none of them.
 */
export function withHubs(policy: Policy, conversions: readonly Conversion[]): Policy {
  const { resources, apiGroups = [] } = policy.match;
  const named = conversions.filter(
    ({ group, plural }) => apiGroups.includes(group) && resources.some((name) => name.split("/", 1)[0] === plural),
  );
  if (named.length === 0) return policy;
  const hubs = new Map(named.map(({ group, plural, hub }) => [`${plural}.${group}`, hub]));
  return Object.freeze({ ...policy, hubs });
}
