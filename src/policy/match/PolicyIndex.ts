import type { Review } from "../../protocol/review/Review.ts";
import { builtinVersions, isEventGroup } from "../define/builtinVersions.ts";
import type { Policy } from "../define/policy.ts";
import { BoundedMap } from "./BoundedMap.ts";
import { NamespaceIndex } from "./NamespaceIndex.ts";
import type { PolicyHit } from "./PolicyHit.ts";
import { type PolicyTarget, policyTargets } from "./policyTargets.ts";
import { targetVersions } from "./targetVersions.ts";

interface Candidate extends PolicyHit {
  readonly target: PolicyTarget;
  readonly versions: readonly string[];
}

/** Decides whether a policy judges one of its targets. */
export type TargetFilter = (policy: Policy, target: PolicyTarget, purpose: "validate" | "mutate") => boolean;

/** Kinds of request with a cached index. A cluster with many custom resources has several hundred. */
const MAX_KINDS = 4096;

/**
 * An index of policies by their matches, built once. The result for group, version, resource, operation and scope is
 * cached for each combination that occurs. Namespaces and labels are looked up. So policies that do not match a review
 * do not add to its cost.
 */
export class PolicyIndex {
  readonly #byResource = new Map<string, Candidate[]>();
  readonly #byRequest = new BoundedMap<string, NamespaceIndex>(MAX_KINDS);

  /**
   * `purpose` selects the policies with a `validate` or a `mutate` function, and the implied subresources. `filter` selects
   * targets; default all.
   */
  constructor(policies: readonly Policy[], purpose: "validate" | "mutate", filter: TargetFilter = () => true) {
    for (const [order, policy] of policies.entries()) {
      if (policy[purpose] === undefined) continue;
      for (const target of policyTargets(policy.match, purpose)) {
        if (!filter(policy, target, purpose)) continue;
        const key = `${target.group}/${target.resource}/${target.subresource}`;
        const list = this.#byResource.get(key) ?? [];
        const { template, optional = false } = target;
        list.push({ policy, order, template, optional, target, versions: targetVersions(policy, target) });
        this.#byResource.set(key, list);
      }
    }
  }

  /**
   * Returns the policies that match a review, in the order of the gate. With `otherVersions` are those that match it but
   * for its version: a registration sent it that should have had it converted.
   */
  find(review: Review): readonly PolicyHit[] {
    const { resource, name } = review;
    const isNamespace = resource.group === "" && resource.resource === "namespaces";
    const namespace = isNamespace ? review.namespace || name : review.namespace;
    return this.#namespaceIndexFor(review, isNamespace || namespace === "").find(review, namespace);
  }

  #namespaceIndexFor({ resource, subresource, operation }: Review, isClusterScoped: boolean): NamespaceIndex {
    const { group, version } = resource;
    const key = requestKey(group, version, resource.resource, `${subresource}/${operation}/${isClusterScoped}`);
    const cached = this.#byRequest.get(key);
    if (cached !== undefined) return cached;
    const candidates = this.#candidatesFor(group, resource.resource, subresource).filter(
      ({ policy, target }) => target.operations.includes(operation) && inScope(policy.match.scope, isClusterScoped),
    );
    const meant = candidates.filter(
      ({ target, versions }) =>
        (target.group === group || target.group === "*") && (versions.includes("*") || versions.includes(version)),
    );
    // A wildcard with versions does not mean custom resources that have none of them.
    const isBuiltin = builtinVersions(resource.resource).some((it) => it.group === group);
    const others = candidates
      .filter(({ target }) => target.resource !== "*" || isBuiltin)
      .filter((one) => !meant.some((it) => it.order === one.order && isTemplate(it) === isTemplate(one)))
      .map((it) => ({ ...it, otherVersions: apiVersionsOf(it, group) }));
    return this.#byRequest.set(key, new NamespaceIndex([...meant, ...others]));
  }

  /** The candidates for a resource in any version. Events have a second group, whose objects can be converted. */
  #candidatesFor(group: string, resource: string, subresource: string): Candidate[] {
    const isEvents = resource === "events" && isEventGroup(group);
    const groups = isEvents ? builtinVersions(resource).map((it) => it.group) : [group];
    const found: Candidate[] = [];
    for (const [g, r] of [...groups.map((it) => [it, resource]), [group, "*"], ["*", resource], ["*", "*"]])
      for (const s of new Set([subresource, "*"])) found.push(...(this.#byResource.get(`${g}/${r}/${s}`) ?? []));
    return found;
  }
}

/** One key for each kind of request, cheaper than JSON. Names of the API have no slash; for others JSON keeps keys apart. */
function requestKey(group: string, version: string, resource: string, rest: string): string {
  const isPlain = !group.includes("/") && !version.includes("/") && !resource.includes("/");
  return isPlain ? `${group}/${version}/${resource}/${rest}` : JSON.stringify([group, version, resource, rest]);
}

/** Whether a policy sees a Pod template. Its template may be at other paths in other versions. */
function isTemplate({ template }: PolicyHit): boolean {
  return template.length > 0;
}

/** The versions of a candidate with their group: `autoscaling/v2`. */
function apiVersionsOf({ target, versions }: Candidate, requested: string): string[] {
  const group = target.group === "*" ? requested : target.group;
  return versions.map((version) => (group === "" ? version : `${group}/${version}`));
}

/** The rule of `Matcher.scope` in k8s.io/apiserver. A Namespace is cluster-scoped although its review has a namespace. */
function inScope(scope: "Namespaced" | "Cluster" | "*" | undefined, isClusterScoped: boolean): boolean {
  return scope === undefined || scope === "*" || (scope === "Cluster") === isClusterScoped;
}
