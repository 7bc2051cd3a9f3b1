import type { Review } from "../../protocol/review/Review.ts";
import type { Policy } from "../define/policy.ts";
import { BoundedMap } from "./BoundedMap.ts";
import { NamespaceIndex } from "./NamespaceIndex.ts";
import type { PolicyHit } from "./PolicyHit.ts";
import { type PolicyTarget, policyTargets } from "./policyTargets.ts";

interface Candidate extends PolicyHit {
  readonly target: PolicyTarget;
}

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

  /** `purpose` selects the policies with a `validate` or a `mutate` function, and the implied subresources. */
  constructor(policies: readonly Policy[], purpose: "validate" | "mutate") {
    for (const [order, policy] of policies.entries()) {
      if (policy[purpose] === undefined) continue;
      for (const target of policyTargets(policy.match, purpose)) {
        const key = resourceKey(target.group, target.resource, target.subresource);
        const list = this.#byResource.get(key) ?? [];
        list.push({ policy, order, template: target.template, target });
        this.#byResource.set(key, list);
      }
    }
  }

  /** Returns the policies that match a review, in the order of the gate. */
  find(review: Review): readonly PolicyHit[] {
    const { resource, name } = review;
    const isNamespace = resource.group === "" && resource.resource === "namespaces";
    const namespace = isNamespace ? review.namespace || name : review.namespace;
    return this.#namespaceIndexFor(review, isNamespace || namespace === "").find(review, namespace);
  }

  #namespaceIndexFor({ resource, subresource, operation }: Review, isClusterScoped: boolean): NamespaceIndex {
    const { group, version } = resource;
    const key = JSON.stringify([group, version, resource.resource, subresource, operation, isClusterScoped]);
    const cached = this.#byRequest.get(key);
    if (cached !== undefined) return cached;
    const candidates = this.#candidatesFor(group, resource.resource, subresource).filter(
      ({ policy, target }) =>
        target.operations.includes(operation) &&
        includesOrStar(policy.match.apiVersions, version) &&
        inScope(policy.match.scope, isClusterScoped),
    );
    return this.#byRequest.set(key, new NamespaceIndex(candidates));
  }

  #candidatesFor(group: string, resource: string, subresource: string): Candidate[] {
    const found: Candidate[] = [];
    for (const g of [group, "*"])
      for (const r of [resource, "*"])
        for (const s of new Set([subresource, "*"])) found.push(...(this.#byResource.get(resourceKey(g, r, s)) ?? []));
    return found;
  }
}

function resourceKey(group: string, resource: string, subresource: string): string {
  return `${group}/${resource}/${subresource}`;
}

function includesOrStar(list: readonly string[] | undefined, value: string): boolean {
  return list === undefined || list.includes("*") || list.includes(value);
}

/** The rule of `Matcher.scope` in k8s.io/apiserver. A Namespace is cluster-scoped although its review has a namespace. */
function inScope(scope: "Namespaced" | "Cluster" | "*" | undefined, isClusterScoped: boolean): boolean {
  return scope === undefined || scope === "*" || (scope === "Cluster") === isClusterScoped;
}
