/**
 * The domains of a name constraint, as Go compares them: `example.com` contains itself and every name below it,
 * `.example.com` only names below it, and the empty domain contains all. A lookup takes the time of a binary search.
 */
export class DomainSet {
  /** Keys of domains that no other one covers, sorted. No key begins with another one, so one search finds a match. */
  readonly #keys: readonly string[];
  /** Keys that contain only names below them. */
  readonly #below: ReadonlySet<string>;

  constructor(domains: readonly string[]) {
    const below = new Set(domains.filter((it) => it.startsWith(".")).map((it) => keyOf(it.slice(1))));
    const itself = new Set(domains.filter((it) => !it.startsWith(".")).map(keyOf));
    const keys: string[] = [];
    for (const key of [...new Set([...below, ...itself])].sort()) {
      const last = keys.at(-1);
      if (last === undefined || !key.startsWith(last)) keys.push(key);
    }
    this.#keys = keys;
    this.#below = new Set([...below].filter((key) => !itself.has(key)));
  }

  has(name: string): boolean {
    const wanted = keyOf(name);
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] ?? "") <= wanted) low = middle + 1;
      else high = middle;
    }
    const key = this.#keys[low - 1];
    return key !== undefined && wanted.startsWith(key) && (wanted !== key || !this.#below.has(key));
  }
}

/** The labels from the last to the first, in lower case. The key of a name begins with the key of each domain above it. */
function keyOf(domain: string): string {
  return domain === "" ? "" : `${domain.toLowerCase().split(".").reverse().join(".")}.`;
}
