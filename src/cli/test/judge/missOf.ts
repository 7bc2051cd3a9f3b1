import { labelsOf } from "../../../policy/define/LabelSelector.ts";
import type { NamespaceMatch } from "../../../policy/define/Match.ts";
import { hasPodTemplate } from "../../../policy/define/podTemplate.ts";
import type { Policy } from "../../../policy/define/policy.ts";
import { namespaceMatcher } from "../../../policy/match/namespaceMatcher.ts";
import { type PolicyTarget, policyTargets } from "../../../policy/match/policyTargets.ts";
import { targetVersions } from "../../../policy/match/targetVersions.ts";
import { writeJson } from "../../../protocol/json/writeJson.ts";
import type { GroupVersionResource, Review } from "../../../protocol/review/Review.ts";

/** The part of a match that leaves a review out, and why, for people. */
export interface Miss {
  readonly part: "resource" | "operation" | "version" | "scope" | "namespace" | "labels" | "template";
  readonly text: string;
}

/** What a policy is asked about, as a mutator, a validator or both. */
export function targetsOf(policy: Policy): PolicyTarget[] {
  const purposes = (["mutate", "validate"] as const).filter((purpose) => policy[purpose] !== undefined);
  return purposes.flatMap((purpose) => policyTargets(policy.match, purpose));
}

/** Why a policy is not asked about a review that its match leaves out. */
export function missOf(policy: Policy, review: Review): Miss {
  const { match } = policy;
  const { resource: called, subresource, operation, kind } = review;
  const all = targetsOf(policy);
  const what = `${kind.kind} (${resourceText({ ...called, subresource })})`;
  const ofResource = all.filter((target) => coversResource(target, called, subresource));
  if (ofResource.length === 0)
    return { part: "resource", text: `it matches ${listed(all.map(resourceText))}, and not ${what}` };
  const ofOperation = ofResource.filter(({ operations }) => operations.includes(operation));
  if (ofOperation.length === 0)
    return {
      part: "operation",
      text: `it matches ${listed(ofResource.flatMap(({ operations }) => operations))} of ${resourceText({ ...called, subresource })}, and not ${operation}`,
    };
  const versions = ofOperation.flatMap((target) => targetVersions(policy, target));
  if (!versions.includes("*") && !versions.includes(called.version))
    return {
      part: "version",
      text: `it judges ${resourceText({ ...called, subresource })} in ${listed(versions)}, and not in ${called.version}`,
    };
  const namespace = namespaceOf(review);
  const isClusterScoped = isNamespace(called) || namespace === "";
  const { scope = "*" } = match;
  if (scope !== "*" && (scope === "Cluster") !== isClusterScoped)
    return {
      part: "scope",
      text: `its scope is ${scope}, and the object is ${isClusterScoped ? "not in a namespace" : "in one"}`,
    };
  if (match.namespaces !== undefined && !namespaceMatcher(match.namespaces)(namespace))
    return { part: "namespace", text: namespaceText(match.namespaces, namespace) };
  const object = review.object ?? review.oldObject ?? {};
  if (ofOperation.every(({ optional, template }) => optional === true && !hasPodTemplate(object, template)))
    return { part: "template", text: "the object has no Pod template where podTemplates names it" };
  const labels = writeJson(labelsOf(object) ?? {});
  return { part: "labels", text: `the labels ${labels} do not match labels: ${JSON.stringify(match.labels ?? {})}` };
}

/** Whether a target is about a resource, in any version and for any operation. */
export function coversResource(
  target: PolicyTarget,
  { group, resource }: GroupVersionResource,
  subresource: string,
): boolean {
  return (
    (target.group === "*" || target.group === group) &&
    (target.resource === "*" || target.resource === resource) &&
    (target.subresource === "*" || target.subresource === subresource)
  );
}

/** `pods`, `deployments.apps`, `pods/exec`. */
export function resourceText({
  group,
  resource,
  subresource,
}: Pick<PolicyTarget, "group" | "resource" | "subresource">): string {
  const sub = subresource === "" ? "" : `/${subresource}`;
  return `${resource}${sub}${group === "" || (group === "*" && resource === "*") ? "" : `.${group}`}`;
}

/** The namespace that a match compares: of a Namespace its own name. */
export function namespaceOf({ resource, namespace, name }: Review): string {
  return isNamespace(resource) ? namespace || name : namespace;
}

function isNamespace({ group, resource }: GroupVersionResource): boolean {
  return group === "" && resource === "namespaces";
}

function namespaceText({ include = [], exclude = [] }: NamespaceMatch, namespace: string): string {
  const excluding = exclude.find((pattern) => namespaceMatcher({ include: [pattern] })(namespace));
  if (excluding !== undefined) return `namespaces.exclude has ${excluding}, and the object is in ${namespace}`;
  const place = namespace === "" ? "in none" : `in ${namespace}`;
  return `namespaces.include has ${listed(include)}, and the object is ${place}`;
}

function listed(words: readonly string[]): string {
  return [...new Set(words)].join(", ");
}
