import type { Review } from "../../protocol/review/Review.ts";
import type { NamespaceMatch } from "../define/Match.ts";
import { BoundedMap } from "./BoundedMap.ts";
import { LabelIndex } from "./LabelIndex.ts";
import { mergeHits } from "./mergeHits.ts";
import { namespaceMatcher } from "./namespaceMatcher.ts";
import type { PolicyHit } from "./PolicyHit.ts";

/** Namespaces with a cached result: more than a cluster has. An entry is only a reference to an index. */
const MAX_NAMESPACES = 8192;
/** Combinations of patterns with a cached index. Most namespaces share a few combinations. */
const MAX_COMBINATIONS = 1024;
/** Results for longer names are not cached: clients choose the names of Namespaces, and memory must stay bounded. */
const MAX_NAME_LENGTH = 253;

const NONE: readonly PolicyHit[] = [];

interface Pattern {
  readonly matches: (namespace: string) => boolean;
  readonly candidates: PolicyHit[];
}

/**
 * The policies for one kind of request, indexed by namespace: policies for all namespaces, policies with exact names, and
 * policies with patterns. The result of the patterns is cached for each namespace, so the number of namespaces does not
 * add to the cost of a review.
 */
export class NamespaceIndex {
  readonly #everywhere: LabelIndex;
  readonly #named: ReadonlyMap<string, LabelIndex>;
  readonly #patterns: readonly Pattern[];
  readonly #byNamespace = new BoundedMap<string, LabelIndex>(MAX_NAMESPACES);
  readonly #byCombination = new BoundedMap<string, LabelIndex>(MAX_COMBINATIONS);

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
        const pattern = patterns.get(key) ?? { matches: namespaceMatcher(match), candidates: [] };
        patterns.set(key, pattern);
        pattern.candidates.push(candidate);
      }
    }
    this.#everywhere = new LabelIndex(everywhere);
    this.#named = new Map([...named].map(([name, hits]) => [name, new LabelIndex(hits)]));
    this.#patterns = [...patterns.values()];
  }

  /** `namespace` is the review's namespace, the name of a reviewed Namespace, or empty for other cluster-scoped objects. */
  find(review: Review, namespace: string): readonly PolicyHit[] {
    const everywhere = this.#everywhere.find(review);
    const named = this.#named.get(namespace)?.find(review) ?? NONE;
    const patterned = this.#patterns.length === 0 ? NONE : this.#patternedIn(namespace).find(review);
    // A policy has one match, so it is in only one of the three.
    return mergeHits(mergeHits(everywhere, named), patterned);
  }

  #patternedIn(namespace: string): LabelIndex {
    const cached = this.#byNamespace.get(namespace);
    if (cached !== undefined) return cached;
    const matching = this.#patterns.filter(({ matches }) => matches(namespace));
    const key = matching.map((pattern) => this.#patterns.indexOf(pattern)).join();
    const index =
      this.#byCombination.get(key) ??
      this.#byCombination.set(key, new LabelIndex(matching.flatMap(({ candidates }) => candidates)));
    return namespace.length > MAX_NAME_LENGTH ? index : this.#byNamespace.set(namespace, index);
  }
}

/** The exact names of a match; undefined for a match with patterns or exclusions. */
function exactNames(match: NamespaceMatch | undefined): readonly string[] | undefined {
  if (match?.include === undefined || (match.exclude ?? []).length > 0) return undefined;
  return match.include.some((name) => /[*?]/.test(name)) ? undefined : [...new Set(match.include)];
}
