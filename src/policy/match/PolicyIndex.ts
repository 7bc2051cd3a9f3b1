import type { Review } from "../../protocol/review/Review.ts";
import { builtinVersions, isEventGroup } from "../define/builtinVersions.ts";
import type { Policy } from "../define/policy.ts";
import { CacheMemory } from "./CacheMemory.ts";
import { NamespaceIndex } from "./NamespaceIndex.ts";
import type { PolicyHit } from "./PolicyHit.ts";
import { type PolicyTarget, policyTargets } from "./policyTargets.ts";
import { isNamespaceObject, targetNamespace } from "./targetNamespace.ts";
import { targetVersions } from "./targetVersions.ts";

interface Candidate extends PolicyHit {
  readonly target: PolicyTarget;
  readonly versions: readonly string[];
}

/** Decides whether a policy judges one of its targets. */
export type TargetFilter = (policy: Policy, target: PolicyTarget, purpose: "validate" | "mutate") => boolean;

/** Stands for all names that no policy declares. No name in a match has this character. */
const UNDECLARED = "?";
/** Memory of a policy that judges other versions, in bytes: measured and rounded up. */
const OTHER_BYTES = 384;

/**
 * An index of policies by their matches, built once. The result for group, version, resource, operation and scope is
 * cached for each combination that occurs. Groups, versions, resources and subresources that no policy declares share one
 * result, because callers can make up any number of them. Namespaces and labels are looked up. So policies that do not
 * match a review do not add to its cost.
 */
export class PolicyIndex {
  readonly #byResource = new Map<string, Candidate[]>();
  /** The names that policies declare. Events are in two groups. */
  readonly #groups = new Set(builtinVersions("events").map(({ group }) => group));
  readonly #versions = new Set<string>();
  readonly #resources = new Set<string>();
  readonly #subresources = new Set<string>();
  /** Whether a wildcard has versions. It does not mean custom resources that have none of them. */
  #hasVersionedWildcard = false;
  readonly #byRequest = new Map<string, NamespaceIndex>();
  readonly #memory: CacheMemory;

  /**
   * `purpose` selects the policies with a `validate` or a `mutate` function, and the implied subresources. `filter` selects
   * targets; default all. `memory` bounds the caches; indexes can share it.
   */
  constructor(
    policies: readonly Policy[],
    purpose: "validate" | "mutate",
    filter: TargetFilter = () => true,
    memory = new CacheMemory(),
  ) {
    this.#memory = memory;
    for (const [order, policy] of policies.entries()) {
      if (policy[purpose] === undefined) continue;
      for (const target of policyTargets(policy.match, purpose)) {
        if (!filter(policy, target, purpose)) continue;
        const key = `${target.group}/${target.resource}/${target.subresource}`;
        const list = this.#byResource.get(key) ?? [];
        const { template, optional = false } = target;
        const versions = targetVersions(policy, target);
        list.push({ policy, order, template, optional, target, versions });
        this.#byResource.set(key, list);
        this.#groups.add(target.group);
        this.#resources.add(target.resource);
        this.#subresources.add(target.subresource);
        for (const version of versions) this.#versions.add(version);
        if (target.resource === "*" && !versions.includes("*")) this.#hasVersionedWildcard = true;
      }
    }
  }

  /**
   * Returns the policies that match a review, in the order of the gate. With `otherVersions` are those that match it but
   * for its version: a registration sent it that should have had it converted.
   */
  find(review: Review): readonly PolicyHit[] {
    const { resource } = review;
    const namespace = targetNamespace(review);
    const isClusterScoped = isNamespaceObject(review) || namespace === "";
    const hits = this.#namespaceIndexFor(review, isClusterScoped).find(review, namespace);
    return this.#groups.has(resource.group) ? hits : ofGroup(hits, resource.group);
  }

  #namespaceIndexFor({ resource: called, subresource, operation }: Review, isClusterScoped: boolean): NamespaceIndex {
    const group = this.#groups.has(called.group) ? called.group : UNDECLARED;
    const version = this.#versions.has(called.version) ? called.version : UNDECLARED;
    const resource = this.#resources.has(called.resource) ? called.resource : UNDECLARED;
    const isBuiltin = this.#hasVersionedWildcard && isBuiltinIn(called.resource, called.group);
    const sub = this.#subresources.has(subresource) ? subresource : UNDECLARED;
    const key = `${group}/${version}/${resource}/${sub}/${operation}/${isClusterScoped}/${isBuiltin}`;
    const cached = this.#byRequest.get(key);
    if (cached !== undefined) return cached;
    const candidates = this.#candidatesFor(group, resource, sub).filter(
      ({ policy, target }) => target.operations.includes(operation) && inScope(policy.match.scope, isClusterScoped),
    );
    const meant = candidates.filter(
      ({ target, versions }) =>
        (target.group === group || target.group === "*") && (versions.includes("*") || versions.includes(version)),
    );
    const others = candidates
      .filter(({ target }) => target.resource !== "*" || isBuiltin)
      .filter((one) => !meant.some((it) => it.order === one.order && isTemplate(it) === isTemplate(one)))
      .map((it) => ({ ...it, otherVersions: apiVersionsOf(it, group) }));
    const index = new NamespaceIndex([...meant, ...others], this.#memory);
    return this.#memory.remember(this.#byRequest, key, index, index.bytes + others.length * OTHER_BYTES);
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

/** Whether a group has a built-in resource of this name. */
function isBuiltinIn(resource: string, group: string): boolean {
  return builtinVersions(resource).some((it) => it.group === group);
}

/** Hits in a group that no policy declares, with the name of the group. */
function ofGroup(hits: readonly PolicyHit[], group: string): readonly PolicyHit[] {
  if (hits.every(({ otherVersions }) => otherVersions === undefined)) return hits;
  const named = (version: string): string => (version.startsWith(UNDECLARED) ? group + version.slice(1) : version);
  return hits.map((hit) =>
    hit.otherVersions === undefined ? hit : { ...hit, otherVersions: hit.otherVersions.map(named) },
  );
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
