import { RecentlyUsed } from "../../cache/RecentlyUsed.ts";

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
 * Token buckets by key, in the memory of one process: those that were used last, half of `keys` at least and `keys` at most. One
 * that was forgotten begins anew.
 */
export class TokenBuckets {
  readonly #buckets: RecentlyUsed<string, Bucket>;
  readonly #monotonicMs: () => number;

  constructor(keys: number, monotonicMs: () => number) {
    this.#buckets = new RecentlyUsed({ entries: Math.ceil(keys / 2) });
    this.#monotonicMs = monotonicMs;
  }

  /** Takes one call of a key. Returns 0, or the whole seconds after which there is one again. */
  take(key: string, rate: BucketRate): number {
    const bucket = this.#filled(key, rate);
    if (bucket.tokens < 1) return secondsUntilOne(bucket, rate);
    bucket.tokens -= 1;
    return 0;
  }

  /**
   * Takes one call of a key also where there is none left: it then owes it, up to a whole burst. For calls that are over when they
   * are counted, and that many can make at one time. Returns as {@link TokenBuckets.take}, for the time before.
   */
  owe(key: string, rate: BucketRate): number {
    const bucket = this.#filled(key, rate);
    const seconds = bucket.tokens < 1 ? secondsUntilOne(bucket, rate) : 0;
    bucket.tokens = Math.max(-rate.burst, bucket.tokens - 1);
    return seconds;
  }

  /** Whether the key has no call left. Takes none. Returns 0, or the whole seconds after which there is one again. */
  wait(key: string, rate: BucketRate): number {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return 0;
    this.#fill(bucket, rate);
    return bucket.tokens < 1 ? secondsUntilOne(bucket, rate) : 0;
  }

  #filled(key: string, rate: BucketRate): Bucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) return this.#fill(known, rate);
    const bucket = { tokens: rate.burst, at: this.#monotonicMs() };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #fill(bucket: Bucket, { perSecond, burst }: BucketRate): Bucket {
    const now = this.#monotonicMs();
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    return bucket;
  }
}

function secondsUntilOne({ tokens }: Bucket, { perSecond }: BucketRate): number {
  return Math.max(1, Math.ceil((1 - tokens) / perSecond));
}
