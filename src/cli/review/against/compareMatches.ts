import type { LabelSelector } from "../../../policy/define/LabelSelector.ts";
import type { NamespaceMatch } from "../../../policy/define/Match.ts";
import type { Policy } from "../../../policy/define/policy.ts";
import { namespaceMatcher } from "../../../policy/match/namespaceMatcher.ts";
import { type PolicyTarget, policyTargets } from "../../../policy/match/policyTargets.ts";
import { targetVersions } from "../../../policy/match/targetVersions.ts";
import type { GateChange } from "./GateChange.ts";
import { representativeNamespaces } from "./representativeNamespaces.ts";
import { scopesOf } from "./scopesOf.ts";
import { selectorCovers } from "./selectorCovers.ts";

/**
 * What the match of a policy no longer covers: operations on resources, scopes, namespaces and labels. The code of a policy is
 * not compared: whether it finds the same, only objects show.
 */
export function compareMatches(before: Policy, after: Policy): GateChange[] {
  const loosened = (from: string, to: string, namespaces?: readonly string[]): GateChange => ({
    result: "loosened",
    kind: "match",
    policy: before.name,
    from,
    to,
    ...(namespaces === undefined ? {} : { namespaces }),
  });
  const changes = (["validate", "mutate"] as const).flatMap((purpose) => {
    const lost = lostTargets(before, after, purpose);
    return lost.map((it) => loosened(`${purpose}s ${it}`, "not"));
  });
  const [from, to] = [scopesOf(before), scopesOf(after)];
  const [old, now] = [before.match.scope ?? "*", after.match.scope ?? "*"];
  if (old !== now && ((from.isNamespaced && !to.isNamespaced) || (from.isClusterScoped && !to.isClusterScoped)))
    changes.push(loosened(`scope ${old}`, `scope ${now}`));
  const namespaces = lostNamespaces(before, after);
  if (namespaces.length > 0) changes.push(loosened("judged", "not", namespaces));
  if (!selectorCovers(after.match.labels, before.match.labels))
    changes.push(loosened(`labels ${labelsText(before.match.labels)}`, `labels ${labelsText(after.match.labels)}`));
  return [...changes, ...otherVersions(before, after)];
}

/** `CREATE of pods/exec`, for each that is lost. */
function lostTargets(before: Policy, after: Policy, purpose: "validate" | "mutate"): string[] {
  const targets = before[purpose] === undefined ? [] : policyTargets(before.match, purpose);
  const now = after[purpose] === undefined ? [] : policyTargets(after.match, purpose);
  const lost = targets.flatMap((target) => {
    const operations = target.operations.filter((one) => !now.some((it) => covers(it, target, one)));
    return operations.length === 0 ? [] : [`${operations.join(", ")} of ${targetText(target)}`];
  });
  return [...new Set(lost)];
}

function covers(now: PolicyTarget, before: PolicyTarget, operation: string): boolean {
  const { group, resource, subresource, template, operations } = now;
  return (
    (group === "*" || group === before.group) &&
    (resource === "*" || resource === before.resource) &&
    (subresource === "*" || subresource === before.subresource) &&
    template.join(".") === before.template.join(".") &&
    operations.some((it) => it === operation)
  );
}

function targetText({ group, resource, subresource, template }: PolicyTarget): string {
  const name = [`${resource}${group === "" ? "" : `.${group}`}`, subresource].filter((it) => it !== "").join("/");
  return template.length === 0 ? name : `the Pod templates of ${name}`;
}

/** Namespaces that the old match has and the new one has not. */
function lostNamespaces({ match: before, ...old }: Policy, { match: after }: Policy): string[] {
  const patternsOf = ({ include = [], exclude = [] }: NamespaceMatch = {}): readonly string[] => [
    ...include,
    ...exclude,
  ];
  const [was, is] = [namespaceMatcher(before.namespaces ?? {}), namespaceMatcher(after.namespaces ?? {})];
  const { isNamespaced, isClusterScoped } = scopesOf({ ...old, match: before });
  return representativeNamespaces([...patternsOf(before.namespaces), ...patternsOf(after.namespaces)])
    .filter(({ name }) => (name === "" ? isClusterScoped : isNamespaced) && was(name) && !is(name))
    .map(({ shown }) => shown);
}

function labelsText(selector: LabelSelector | undefined): string {
  return selector === undefined ? "any" : JSON.stringify(selector);
}

/** The API server converts objects for a policy of another version, so this is no loosening by itself. */
function otherVersions(before: Policy, after: Policy): GateChange[] {
  const versionsOf = (policy: Policy): ReadonlyMap<string, string> =>
    new Map(
      policyTargets(policy.match, policy.validate === undefined ? "mutate" : "validate").map((target) => [
        targetText(target),
        targetVersions(policy, target).join(", "),
      ]),
    );
  const now = versionsOf(after);
  return [...versionsOf(before)].flatMap(([target, from]): GateChange[] => {
    const to = now.get(target);
    if (to === undefined || to === from) return [];
    return [
      {
        result: "changed",
        kind: "match",
        policy: before.name,
        from: `versions ${from} of ${target}`,
        to: `versions ${to}`,
      },
    ];
  });
}
