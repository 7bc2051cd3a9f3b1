import type { Review } from "../../protocol/review/Review.ts";
import { BoundedMap } from "./BoundedMap.ts";
import { LabelIndex } from "./LabelIndex.ts";
import { type NamespaceMatch, namespaceMatcher } from "./namespaceMatcher.ts";
import type { PolicyHit } from "./PolicyHit.ts";

/** Namespaces whose patterns are remembered: more than a cluster has, and each only points to a shelf. */
const PLACES = 8192;
/** Combinations of patterns that hold together. Namespaces mostly share a few. */
const COMBINATIONS = 1024;
/** A longer name is not remembered: a client chooses the names of Namespaces, and memory is not to grow with them. */
const NAME_LENGTH = 253;

interface Pattern {
  readonly holds: (namespace: string) => boolean;
  readonly candidates: PolicyHit[];
}

/**
 * The policies that match one kind of request, by namespace: those for every one, those that name theirs, and those
 * with patterns, whose outcome is remembered for each namespace. So the cost does not grow with the namespaces there are.
 */
export class NamespaceIndex {
  readonly #everywhere: LabelIndex;
  readonly #named: ReadonlyMap<string, LabelIndex>;
  readonly #patterns: readonly Pattern[];
  readonly #byPlace = new BoundedMap<string, LabelIndex>(PLACES);
  readonly #byCombination = new BoundedMap<string, LabelIndex>(COMBINATIONS);

  constructor(candidates: readonly PolicyHit[]) {
    const everywhere: PolicyHit[] = [];
    const named = new Map<string, PolicyHit[]>();
    const patterns = new Map<string, Pattern>();
    for (const candidate of candidates) {
      const match = candidate.policy.match.namespaces;
      const names = exactNames(match);
      if (match === undefined) everywhere.push(candidate);
      else if (names !== undefined) for (const name of names) named.set(name, [...(named.get(name) ?? []), candidate]);
      else {
        const key = JSON.stringify([match.include, match.exclude]);
        const pattern = patterns.get(key) ?? { holds: namespaceMatcher(match), candidates: [] };
        patterns.set(key, pattern);
        pattern.candidates.push(candidate);
      }
    }
    this.#everywhere = new LabelIndex(everywhere);
    this.#named = new Map([...named].map(([name, hits]) => [name, new LabelIndex(hits)]));
    this.#patterns = [...patterns.values()];
  }

  /** `place` is the review's namespace, a Namespace's own name, or empty for other cluster-scoped objects. */
  find(review: Review, place: string): readonly PolicyHit[] {
    const everywhere = this.#everywhere.find(review);
    const named = this.#named.get(place)?.find(review) ?? [];
    const patterned = this.#patterns.length === 0 ? [] : this.#patternedAt(place).find(review);
    if (named.length === 0 && patterned.length === 0) return everywhere;
    // A policy has one match, so it stands on one of the three only.
    return [...everywhere, ...named, ...patterned].sort((left, right) => left.order - right.order);
  }

  #patternedAt(place: string): LabelIndex {
    const known = this.#byPlace.get(place);
    if (known !== undefined) return known;
    const holding = this.#patterns.filter(({ holds }) => holds(place));
    const key = holding.map((pattern) => this.#patterns.indexOf(pattern)).join();
    const shelf =
      this.#byCombination.get(key) ??
      this.#byCombination.set(key, new LabelIndex(holding.flatMap(({ candidates }) => candidates)));
    return place.length > NAME_LENGTH ? shelf : this.#byPlace.set(place, shelf);
  }
}

/** The namespaces that a match names one by one; undefined where it has patterns or exceptions. */
function exactNames(match: NamespaceMatch | undefined): readonly string[] | undefined {
  if (match?.include === undefined || (match.exclude ?? []).length > 0) return undefined;
  return match.include.some((name) => /[*?]/.test(name)) ? undefined : [...new Set(match.include)];
}
