import type { Policy } from "../../policy/define/policy.ts";
import { policyTargets } from "../../policy/match/policyTargets.ts";
import type { Review } from "../../protocol/review/Review.ts";

/**
 * A note on a custom object whose resource is a guess, when policies name other resources of its group: one of them may be
 * the right one. Undefined when a policy names the guess, or none names the group.
 */
export function pluralNote({ kind, resource }: Review, policies: readonly Policy[]): string | undefined {
  const others = new Map<string, string[]>();
  for (const policy of policies)
    for (const { group, resource: name } of namedTargets(policy, kind.group)) {
      if (group === kind.group && name === resource.resource) return undefined;
      const names = others.get(policy.name) ?? [];
      if (!names.includes(name)) others.set(policy.name, [...names, name]);
    }
  if (others.size === 0) return undefined;
  const meant = [...others].map(([policy, names]) => `${policy} (${names.join(", ")})`).join(", ");
  return `the resource ${resource.resource} is a guess from the kind; ${kind.group} has policies on other resources: ${meant}. Review the CustomResourceDefinition of ${kind.kind} in the same run`;
}

/** The resources of a group that a policy names. */
function namedTargets(policy: Policy, group: string): { group: string; resource: string }[] {
  const purposes = (["mutate", "validate"] as const).filter((purpose) => policy[purpose] !== undefined);
  return purposes
    .flatMap((purpose) => policyTargets(policy.match, purpose))
    .filter((target) => target.group === group && target.resource !== "*" && target.subresource === "");
}
