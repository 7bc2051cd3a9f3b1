import type { Review } from "../../protocol/review/Review.ts";
import type { NamespaceMatch } from "../define/Match.ts";
import { CacheMemory } from "./CacheMemory.ts";
import { LabelIndex } from "./LabelIndex.ts";
import { mergeHits } from "./mergeHits.ts";
import { namespaceMatcher } from "./namespaceMatcher.ts";
import type { PolicyHit } from "./PolicyHit.ts";

/**
 * A namespace has a DNS label for a name (`ValidateNamespaceName`, k8s.io/apimachinery). Results for longer names are not
 * cached.
 */
const MAX_NAME_LENGTH = 63;
/** Memory in bytes, measured and rounded up: of an index, of each pattern, and of each cached name. */
const INDEX_BYTES = 1536;
const PATTERN_BYTES = 640;
const NAME_BYTES = 256;

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
  readonly #byNamespace = new Map<string, LabelIndex>();
  /** Most namespaces share a few combinations of patterns. */
  readonly #byCombination = new Map<string, LabelIndex>();
  readonly #memory: CacheMemory;
  /** An estimate of its memory, without its caches. */
  readonly bytes: number;

  /** `memory` bounds the caches; indexes can share it. */
  constructor(candidates: readonly PolicyHit[], memory = new CacheMemory()) {
    this.#memory = memory;
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
    let bytes = INDEX_BYTES + this.#everywhere.bytes + this.#patterns.length * PATTERN_BYTES;
    for (const index of this.#named.values()) bytes += index.bytes;
    this.bytes = bytes;
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
    const index = this.#byCombination.get(key) ?? this.#combine(key, matching);
    const isName = namespace.length <= MAX_NAME_LENGTH;
    return isName ? this.#memory.remember(this.#byNamespace, namespace, index, NAME_BYTES) : index;
  }

  #combine(key: string, matching: readonly Pattern[]): LabelIndex {
    const index = new LabelIndex(matching.flatMap(({ candidates }) => candidates));
    return this.#memory.remember(this.#byCombination, key, index, index.bytes + key.length);
  }
}

/** The exact names of a match; undefined for a match with patterns or exclusions. */
function exactNames(match: NamespaceMatch | undefined): readonly string[] | undefined {
  if (match?.include === undefined || (match.exclude ?? []).length > 0) return undefined;
  return match.include.some((name) => /[*?]/.test(name)) ? undefined : [...new Set(match.include)];
}
