import type { JsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { hasInvalidLabels, type LabelSelector, labelsOf, matchesLabels } from "../define/LabelSelector.ts";
import { hasPodTemplate, podOfTemplate } from "../define/podTemplate.ts";
import { mergeHits } from "./mergeHits.ts";
import type { PolicyHit } from "./PolicyHit.ts";

/** Policies by the key and the value of a label. Policies that accept any value have the value undefined. */
type ByLabel = Map<string, Map<string | undefined, PolicyHit[]>>;

/** An object has about as many labels: with fewer keys in the index, these are looked up in the object. */
const FEW_KEYS = 4;
/** Memory in bytes, measured and rounded up: of an index, and for each policy and each accepted value of a label. */
const INDEX_BYTES = 640;
const HIT_BYTES = 48;
const VALUE_BYTES = 448;

/**
 * The policies for one kind of request in one namespace, indexed by the labels that their selectors require. A policy
 * whose required label an object does not have costs nothing.
 */
export class LabelIndex {
  readonly #all: readonly PolicyHit[];
  /** Policies without a selector, or with a selector that must be evaluated for each review. */
  readonly #others: readonly PolicyHit[];
  /** Whether one of the others has a selector, or an optional template. */
  readonly #selects: boolean;
  readonly #byLabel: ByLabel = new Map();
  readonly #keys: readonly string[];
  /** An estimate of its memory. */
  readonly bytes: number;

  constructor(candidates: readonly PolicyHit[]) {
    this.#all = inOrder(candidates);
    const others: PolicyHit[] = [];
    let values = 0;
    for (const candidate of this.#all) {
      const required = requiredLabel(candidate);
      if (required === undefined) others.push(candidate);
      else for (const value of required.values) this.#add(candidate, required.key, value);
      values += required?.values.length ?? 0;
    }
    this.#others = others;
    this.#keys = [...this.#byLabel.keys()];
    this.bytes = INDEX_BYTES + candidates.length * HIT_BYTES + values * VALUE_BYTES;
    this.#selects = others.some(({ policy, optional }) => policy.match.labels !== undefined || optional === true);
  }

  /** Returns the policies whose selectors match the object or the old object, in the order of the gate. */
  find(review: Review): readonly PolicyHit[] {
    const others = this.#selects
      ? this.#others.filter((candidate) => matchesObjectLabels(candidate, review))
      : this.#others;
    if (this.#byLabel.size === 0) return others;
    const { object, oldObject } = review;
    if (hasInvalidLabels(object) || hasInvalidLabels(oldObject))
      return this.#all.filter((candidate) => matchesObjectLabels(candidate, review));
    const found: PolicyHit[] = [];
    this.#findByLabel(object, found);
    this.#findByLabel(oldObject, found);
    return mergeHits(others, found.length > 1 ? inOrder(found) : found);
  }

  #findByLabel(object: JsonObject | null, hits: PolicyHit[]): void {
    const labels = labelsOf(object);
    if (labels === undefined) return;
    for (const key of this.#keys.length <= FEW_KEYS ? this.#keys : Object.keys(labels)) {
      const byValue = Object.hasOwn(labels, key) ? this.#byLabel.get(key) : undefined;
      if (byValue === undefined) continue;
      for (const value of [String(labels[key]), undefined])
        for (const hit of byValue.get(value) ?? [])
          if (matchesLabels(hit.policy.match.labels ?? {}, labels)) hits.push(hit);
    }
  }

  #add(candidate: PolicyHit, key: string, value: string | undefined): void {
    const byValue = this.#byLabel.get(key) ?? new Map<string | undefined, PolicyHit[]>();
    this.#byLabel.set(key, byValue);
    byValue.set(value, [...(byValue.get(value) ?? []), candidate]);
  }
}

/** A label that a selector requires, with its accepted values; undefined when there is none. Labels of Pod templates are not indexed. */
function requiredLabel({
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

function matchesObjectLabels(
  { policy, template, optional = false }: PolicyHit,
  { object, oldObject }: Review,
): boolean {
  if (optional && !hasPodTemplate(object ?? oldObject ?? {}, template)) return false;
  const selector = policy.match.labels;
  if (selector === undefined) return true;
  return [object, oldObject].some((candidate) => {
    if (candidate === null || template.length === 0) return matchesSelector(selector, candidate);
    // A workload without a template matches every selector. The policy then fails; skipping it would allow the request.
    if (!hasPodTemplate(candidate, template)) return !optional;
    return matchesSelector(selector, podOfTemplate(candidate, template));
  });
}

function matchesSelector(selector: LabelSelector, object: JsonObject | null): boolean {
  const labels = labelsOf(object);
  return hasInvalidLabels(object) || (labels !== undefined && matchesLabels(selector, labels));
}

/**
 * Sorts by order and removes duplicates: a policy that names a resource twice (`pods`, `*`) or a kind with its Pod template, or
 * matches both objects, runs once.
 */
function inOrder(hits: readonly PolicyHit[]): PolicyHit[] {
  const sorted = [...hits].sort((left, right) => left.order - right.order);
  return sorted.filter((hit, index) => {
    for (let before = index - 1; sorted[before]?.order === hit.order; before -= 1)
      if (sorted[before]?.template.join(".") === hit.template.join(".")) return false;
    return true;
  });
}
