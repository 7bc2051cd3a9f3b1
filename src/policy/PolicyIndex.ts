import type { Review } from "../protocol/Review.ts";
import { LabelShelf } from "./LabelShelf.ts";
import { namespaceMatcher } from "./namespaceMatcher.ts";
import type { Policy } from "./policy.ts";
import { type PolicyTarget, policyTargets } from "./policyTargets.ts";

/** A policy that matches a review, and what part of the object it is shown. */
export interface PolicyHit {
  readonly policy: Policy;
  /** Empty for the object itself, else the way to its Pod template. */
  readonly template: readonly string[];
  /** Where it stands among all policies. */
  readonly order: number;
}

interface Candidate extends PolicyHit {
  readonly target: PolicyTarget;
  readonly inNamespace: (namespace: string) => boolean;
}

/** Kinds of request, and namespaces, that a gate remembers at one time; past it the memory starts anew. */
const SHELVES = 2048;
/** A longer key is not remembered: a client chooses the names of Namespaces, and memory is not to grow with them. */
const KEY_LENGTH = 1024;

/**
 * Policies by what they match, compiled once. Group, version, resource, operation, scope and namespace are decided
 * once for each combination that occurs and remembered; labels are looked up. So a review costs what its matching
 * policies cost, however many others there are.
 */
export class PolicyIndex {
  readonly #byResource = new Map<string, Candidate[]>();
  readonly #shelves = new Map<string, LabelShelf>();

  /** `purpose` decides which policies count (those with a `validate`, or with a `mutate`) and which subresources come along. */
  constructor(policies: readonly Policy[], purpose: "validate" | "mutate") {
    for (const [order, policy] of policies.entries()) {
      if (policy[purpose] === undefined) continue;
      const inNamespace = namespaceMatcher(policy.match.namespaces ?? {});
      for (const target of policyTargets(policy.match, purpose)) {
        const key = resourceKey(target.group, target.resource, target.subresource);
        const list = this.#byResource.get(key) ?? [];
        list.push({ policy, order, template: target.template, target, inNamespace });
        this.#byResource.set(key, list);
      }
    }
  }

  /** The policies that match, in the order in which the gate names them. */
  find(review: Review): readonly PolicyHit[] {
    return this.#shelfFor(review).find(review);
  }

  #shelfFor({ resource, subresource, operation, namespace, name }: Review): LabelShelf {
    const isNamespace = resource.group === "" && resource.resource === "namespaces";
    const place = isNamespace ? namespace || name : namespace;
    const key = JSON.stringify([resource.group, resource.version, resource.resource, subresource, operation, place]);
    const known = this.#shelves.get(key);
    if (known !== undefined) return known;
    const clusterScoped = isNamespace || namespace === "";
    const shelf = new LabelShelf(
      this.#candidatesFor(resource.group, resource.resource, subresource).filter(
        ({ policy, target, inNamespace }) =>
          target.operations.includes(operation) &&
          includesOrStar(policy.match.apiVersions, resource.version) &&
          inScope(policy.match.scope, clusterScoped) &&
          inNamespace(place),
      ),
    );
    if (this.#shelves.size >= SHELVES) this.#shelves.clear();
    if (key.length <= KEY_LENGTH) this.#shelves.set(key, shelf);
    return shelf;
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
