import type { JsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { hasPodTemplate, podOfTemplate } from "../define/podTemplate.ts";
import { hasUnreadableLabels, type LabelSelector, labelsOf, matchesLabels } from "./LabelSelector.ts";
import type { PolicyHit } from "./PolicyHit.ts";

/** By a label's key and then its value; those that take any value stand under undefined. */
type ByLabel = Map<string, Map<string | undefined, PolicyHit[]>>;

/**
 * Policies that match a kind of request in a namespace, so that only labels are left to decide. Those whose selector
 * demands a label stand under it: a policy whose labels an object does not have costs nothing.
 */
export class LabelIndex {
  readonly #all: readonly PolicyHit[];
  /** Without a selector, or with one that has to be looked at each time. */
  readonly #others: readonly PolicyHit[];
  readonly #byLabel: ByLabel = new Map();

  constructor(candidates: readonly PolicyHit[]) {
    this.#all = inOrder(candidates);
    const others: PolicyHit[] = [];
    for (const candidate of this.#all) {
      const demanded = demandedLabel(candidate);
      if (demanded === undefined) others.push(candidate);
      else for (const value of demanded.values) this.#shelve(candidate, demanded.key, value);
    }
    this.#others = others;
  }

  /** The policies whose selectors hold for the object or the old object, in the order in which the gate names them. */
  find(review: Review): readonly PolicyHit[] {
    const hits = this.#others.filter((candidate) => meetsLabels(candidate, review));
    if (this.#byLabel.size === 0) return hits;
    const { object, oldObject } = review;
    if (hasUnreadableLabels(object) || hasUnreadableLabels(oldObject))
      return this.#all.filter((candidate) => meetsLabels(candidate, review));
    const others = hits.length;
    this.#findByLabel(object, hits);
    this.#findByLabel(oldObject, hits);
    return hits.length === others ? hits : inOrder(hits);
  }

  #findByLabel(object: JsonObject | null, hits: PolicyHit[]): void {
    const labels = labelsOf(object) ?? {};
    for (const key of Object.keys(labels)) {
      const byValue = this.#byLabel.get(key);
      if (byValue === undefined) continue;
      for (const value of [String(labels[key]), undefined])
        for (const hit of byValue.get(value) ?? [])
          if (matchesLabels(hit.policy.match.labels ?? {}, labels)) hits.push(hit);
    }
  }

  #shelve(candidate: PolicyHit, key: string, value: string | undefined): void {
    const byValue = this.#byLabel.get(key) ?? new Map<string | undefined, PolicyHit[]>();
    this.#byLabel.set(key, byValue);
    byValue.set(value, [...(byValue.get(value) ?? []), candidate]);
  }
}

/** One label, with the values that will do, without which a selector cannot hold. A template's labels are not the object's. */
function demandedLabel({
  policy,
  template,
}: PolicyHit): { key: string; values: readonly (string | undefined)[] } | undefined {
  const { matchLabels = {}, matchExpressions = [] } = policy.match.labels ?? {};
  if (template.length > 0) return undefined;
  for (const [key, value] of Object.entries(matchLabels)) return { key, values: [value] };
  for (const { key, operator, values = [] } of matchExpressions) {
    if (operator === "In") return { key, values: [...new Set(values)] };
    if (operator === "Exists") return { key, values: [undefined] };
  }
  return undefined;
}

function meetsLabels({ policy, template }: PolicyHit, { object, oldObject }: Review): boolean {
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

/** Sorted; a policy that names a resource twice (`pods`, `*`), or finds both objects' labels, is run once. */
function inOrder(hits: readonly PolicyHit[]): PolicyHit[] {
  const sorted = [...hits].sort((left, right) => left.order - right.order);
  return sorted.filter((hit, index) => {
    for (let before = index - 1; sorted[before]?.order === hit.order; before -= 1)
      if (sorted[before]?.template === hit.template) return false;
    return true;
  });
}
