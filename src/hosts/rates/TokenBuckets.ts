/** How many calls one key may make. */
export interface BucketRate {
  readonly perSecond: number;
  /** Calls that may come at one time, after a pause. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  /** When `tokens` was right, in milliseconds. */
  at: number;
}

/**
 * Token buckets by key, in the memory of one process. With more keys than `keys` the one that was used least recently is
 * forgotten, and begins anew.
 */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();
  readonly #keys: number;
  readonly #monotonicMs: () => number;

  constructor(keys: number, monotonicMs: () => number) {
    this.#keys = keys;
    this.#monotonicMs = monotonicMs;
  }

  /** Takes one call of a key. Returns 0, or the whole seconds after which there is one again. */
  take(key: string, rate: BucketRate): number {
    const bucket = this.#filled(key, rate);
    if (bucket.tokens < 1) return secondsUntilOne(bucket, rate);
    bucket.tokens -= 1;
    return 0;
  }

  /** Whether the key has no call left. Takes none. Returns 0, or the whole seconds after which there is one again. */
  wait(key: string, rate: BucketRate): number {
    if (!this.#buckets.has(key)) return 0;
    const bucket = this.#filled(key, rate);
    return bucket.tokens < 1 ? secondsUntilOne(bucket, rate) : 0;
  }

  #filled(key: string, { perSecond, burst }: BucketRate): Bucket {
    const now = this.#monotonicMs();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    // To the end of the map: the first is the one that was used least recently.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > this.#keys && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket;
  }
}

function secondsUntilOne({ tokens }: Bucket, { perSecond }: BucketRate): number {
  return Math.max(1, Math.ceil((1 - tokens) / perSecond));
}
