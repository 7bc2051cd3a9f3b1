import type { Review } from "../../protocol/review/Review.ts";
import type { Policy } from "../define/policy.ts";
import { BoundedMap } from "./BoundedMap.ts";
import { NamespaceIndex } from "./NamespaceIndex.ts";
import type { PolicyHit } from "./PolicyHit.ts";
import { type PolicyTarget, policyTargets } from "./policyTargets.ts";

interface Candidate extends PolicyHit {
  readonly target: PolicyTarget;
}

/** Kinds of request that a gate remembers at one time. A cluster with many custom resources has some hundreds. */
const KINDS = 4096;

/**
 * Policies by what they match, compiled once. Group, version, resource, operation and scope are decided once for each
 * combination that occurs and remembered; namespaces and labels are looked up. So a review costs what its matching
 * policies cost, however many others there are.
 */
export class PolicyIndex {
  readonly #byResource = new Map<string, Candidate[]>();
  readonly #shelves = new BoundedMap<string, NamespaceIndex>(KINDS);

  /** `purpose` decides which policies count (those with a `validate`, or with a `mutate`) and which subresources come along. */
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

  /** The policies that match, in the order in which the gate names them. */
  find(review: Review): readonly PolicyHit[] {
    const { resource, namespace, name } = review;
    const isNamespace = resource.group === "" && resource.resource === "namespaces";
    const place = isNamespace ? namespace || name : namespace;
    return this.#shelfFor(review, isNamespace || namespace === "").find(review, place);
  }

  #shelfFor({ resource, subresource, operation }: Review, clusterScoped: boolean): NamespaceIndex {
    const { group, version } = resource;
    const key = JSON.stringify([group, version, resource.resource, subresource, operation, clusterScoped]);
    const known = this.#shelves.get(key);
    if (known !== undefined) return known;
    const candidates = this.#candidatesFor(group, resource.resource, subresource).filter(
      ({ policy, target }) =>
        target.operations.includes(operation) &&
        includesOrStar(policy.match.apiVersions, version) &&
        inScope(policy.match.scope, clusterScoped),
    );
    return this.#shelves.set(key, new NamespaceIndex(candidates));
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

/** As `Matcher.scope` of k8s.io/apiserver has it: a Namespace is cluster-scoped although its review names a namespace. */
function inScope(scope: "Namespaced" | "Cluster" | "*" | undefined, clusterScoped: boolean): boolean {
  return scope === undefined || scope === "*" || (scope === "Cluster") === clusterScoped;
}
