import type { JsonObject } from "../protocol/Json.ts";
import type { Review } from "../protocol/Review.ts";
import { hasUnreadableLabels, type LabelSelector, labelsOf, matchesLabels } from "./LabelSelector.ts";
import { namespaceMatcher } from "./namespaceMatcher.ts";
import { hasPodTemplate, podOfTemplate } from "./podTemplates.ts";
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

/** Candidates of one kind of request in one namespace; what is left to decide are the labels. */
interface Shelf {
  readonly unlabelled: readonly Candidate[];
  /** By one `key=value` that their selector demands, so that unrelated labels cost nothing. */
  readonly byLabel: ReadonlyMap<string, readonly Candidate[]>;
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
  readonly #shelves = new Map<string, Shelf>();

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
  find(review: Review): PolicyHit[] {
    const shelf = this.#shelfFor(review);
    const hits: Candidate[] = [];
    for (const candidate of shelf.unlabelled) if (meetsLabels(candidate, review)) hits.push(candidate);
    if (shelf.byLabel.size > 0) this.#findByLabel(shelf, review, hits);
    return withoutRepeats(hits.sort((left, right) => left.order - right.order));
  }

  #findByLabel(shelf: Shelf, review: Review, hits: Candidate[]): void {
    const seen = new Set<string>();
    for (const object of [review.object, review.oldObject]) {
      if (hasUnreadableLabels(object)) {
        for (const candidate of [...shelf.byLabel.values()].flat())
          if (meetsLabels(candidate, review)) hits.push(candidate);
        return;
      }
      for (const [key, value] of Object.entries(labelsOf(object) ?? {})) {
        const pair = `${key}=${value}`;
        if (seen.has(pair)) continue;
        seen.add(pair);
        for (const candidate of shelf.byLabel.get(pair) ?? []) if (meetsLabels(candidate, review)) hits.push(candidate);
      }
    }
  }

  #shelfFor({ resource, subresource, operation, namespace, name }: Review): Shelf {
    const isNamespace = resource.group === "" && resource.resource === "namespaces";
    const place = isNamespace ? namespace || name : namespace;
    const key = JSON.stringify([resource.group, resource.version, resource.resource, subresource, operation, place]);
    const known = this.#shelves.get(key);
    if (known !== undefined) return known;
    const clusterScoped = isNamespace || namespace === "";
    const shelf = buildShelf(
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

function buildShelf(candidates: readonly Candidate[]): Shelf {
  const unlabelled: Candidate[] = [];
  const byLabel = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const [pair] = Object.entries(candidate.policy.match.labels?.matchLabels ?? {});
    // A template's labels are not the object's, and are looked at one by one.
    if (pair === undefined || candidate.template.length > 0) unlabelled.push(candidate);
    else byLabel.set(pair.join("="), [...(byLabel.get(pair.join("=")) ?? []), candidate]);
  }
  return { unlabelled, byLabel };
}

function meetsLabels({ policy, template }: Candidate, { object, oldObject }: Review): boolean {
  const selector = policy.match.labels;
  if (selector === undefined) return true;
  return [object, oldObject].some((one) => {
    if (one === null || template.length === 0) return meetsSelector(selector, one);
    // A workload without a template meets every selector: the policy then fails by name, where skipping would let it pass.
    return !hasPodTemplate(one, template) || meetsSelector(selector, podOfTemplate(one, template));
  });
}

function meetsSelector(selector: LabelSelector, object: JsonObject | null): boolean {
  const labels = labelsOf(object);
  return hasUnreadableLabels(object) || (labels !== undefined && matchesLabels(selector, labels));
}

/** A policy that names a resource twice (`pods`, `*`) is run once. The hits are in order, so a repeat stands close by. */
function withoutRepeats(hits: readonly Candidate[]): Candidate[] {
  return hits.filter((hit, index) => {
    for (let before = index - 1; hits[before]?.order === hit.order; before -= 1)
      if (hits[before]?.template === hit.template) return false;
    return true;
  });
}
