/**
 * The memory of all caches of a gate's indexes together. It holds the results for 60,000 namespaces, or 4,000 kinds of
 * request with 20 policies each, or 300 with 1,000. Sizes are estimates that are rather too large; a test measures the heap.
 */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Bounds several caches together. When their memory is used up, all of them begin anew: clients choose the names of
 * namespaces and resources, and what is in use is found again at its next use.
 */
export class CacheMemory {
  readonly #maxBytes: number;
  readonly #caches = new Set<{ clear(): void }>();
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Adds a new entry of about this size to one of the caches. Returns its value. */
  remember<K, V>(cache: Map<K, V>, key: K, value: V, bytes: number): V {
    if (this.#bytes + bytes > this.#maxBytes) {
      for (const one of this.#caches) one.clear();
      this.#caches.clear();
      this.#bytes = 0;
    }
    this.#bytes += bytes;
    this.#caches.add(cache);
    cache.set(key, value);
    return value;
  }
}
