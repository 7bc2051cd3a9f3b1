import { FETCH_TIMEOUT_MS } from "./fetchKeySet.ts";
import { findKey, type KeyCaller, type KeyRefusal, type KeyRequest, type KeySource } from "./KeySource.ts";
import type { TokenKey } from "./TokenKey.ts";

/** How long fetched keys are used before they are fetched again. A withdrawn key is refused after that time. */
const FRESH_MS = 10 * 60_000;
/** A process without calls for this long does not know what the issuer withdrew meanwhile. */
const STALE_MS = 2 * FRESH_MS;
/** How long the last keys stay in force while they cannot be fetched: an outage of the issuer is not one of the gate. */
const IN_FORCE_MS = 24 * 3_600_000;
/** Between two fetches for a `kid` that is not known, which any caller can make up, and after a failed refresh. */
const COOLDOWN_MS = 30_000;
/** Between two fetches while no keys are known at all, and all calls are refused. */
const RETRY_MS = 5_000;

/** A fetch in progress. */
interface Fetch {
  readonly startedAt: number;
  /** Never rejects. */
  readonly done: Promise<void>;
}

/** What {@link FetchedKeys} depends on. */
export interface KeyFetching {
  /** Settles within 3 s. Rejects when the keys cannot be fetched. */
  readonly fetchKeys: () => Promise<readonly TokenKey[]>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onFailure: (error: unknown, cluster: string) => void;
}

/**
 * Keys that are fetched from the issuer, with one fetch at a time:
 *
 * | known keys | the token's key | then |
 * |---|---|---|
 * | none, or older than 24 h | | wait for a fetch; at most one in 5 s |
 * | up to 10 min old | known | use it |
 * | older | known | use it, and fetch in the background; at most once in 30 s |
 * | older than 20 min, and no fetch failed since then | | wait for a fetch |
 * | any | not known | wait for a fetch; at most one in 30 s. Without it the key is unknown |
 *
 * So a key that the issuer withdrew is refused after 20 min at most, unless fetches fail. Known keys are used for 20 min after
 * a fetch that failed.
 *
 * A key that is in the next set as well stays the same object, imported as it is.
 */
export class FetchedKeys implements KeySource {
  readonly #fetching: KeyFetching;
  #keys: readonly TokenKey[] = [];
  /** When the known keys were asked for. */
  #fetchedAt = Number.NEGATIVE_INFINITY;
  /** When the known keys were asked for, or a fetch failed after that. */
  #settledAt = Number.NEGATIVE_INFINITY;
  /** When the last fetch began. */
  #triedAt = Number.NEGATIVE_INFINITY;
  /** When the last fetch for an unknown `kid` began. */
  #searchedAt = Number.NEGATIVE_INFINITY;
  #running: Fetch | undefined;

  constructor(fetching: KeyFetching) {
    this.#fetching = fetching;
  }

  find(request: KeyRequest): TokenKey | KeyRefusal | Promise<TokenKey | KeyRefusal> {
    if (!this.#areInForce()) return this.#findFirst(request);
    if (this.#isStale()) return this.#findStale(request);
    this.#refreshIfDue(request);
    const key = findKey(this.#keys, request.kid, request.alg);
    return key === "unknown-key" ? this.#search(request) : key;
  }

  isInForce(key: TokenKey, caller: KeyCaller): boolean | Promise<boolean> {
    if (!this.#areInForce()) return false;
    if (this.#isStale()) return this.#refreshed(caller).then((isKnown) => isKnown && this.#keys.includes(key));
    this.#refreshIfDue(caller);
    return this.#keys.includes(key);
  }

  async #findFirst(request: KeyRequest): Promise<TokenKey | KeyRefusal> {
    if (this.#runningFetch() !== undefined || this.#since(this.#triedAt) >= RETRY_MS) await this.#fetch(request);
    return this.#areInForce() ? findKey(this.#keys, request.kid, request.alg) : "keys-unavailable";
  }

  async #findStale(request: KeyRequest): Promise<TokenKey | KeyRefusal> {
    return (await this.#refreshed(request)) ? findKey(this.#keys, request.kid, request.alg) : "keys-unavailable";
  }

  /**
   * Waits for a fetch. True when it succeeded or failed, and keys are in force. A fetch that the runtime dropped says nothing: whoever
   * makes it do so must not be able to use a key that was withdrawn. So there is a second one.
   */
  async #refreshed(caller: KeyCaller): Promise<boolean> {
    for (let fetches = 0; fetches < 2 && this.#isStale(); fetches += 1) {
      const done = this.#fetch(caller);
      caller.background?.(done);
      await done;
    }
    return !this.#isStale() && this.#areInForce();
  }

  /** Waits for at most two fetches: one in progress may have begun before the issuer had the key. */
  async #search(request: KeyRequest): Promise<TokenKey | KeyRefusal> {
    for (let fetches = 0; fetches < 2; fetches += 1) {
      if (this.#runningFetch() === undefined) {
        if (this.#since(this.#searchedAt) < COOLDOWN_MS) break;
        this.#searchedAt = this.#fetching.now();
      }
      await this.#fetch(request);
      const key = findKey(this.#keys, request.kid, request.alg);
      if (key !== "unknown-key") return key;
    }
    return "unknown-key";
  }

  #refreshIfDue(caller: KeyCaller): void {
    if (this.#since(this.#fetchedAt) < FRESH_MS || this.#since(this.#triedAt) < COOLDOWN_MS) return;
    if (this.#runningFetch() !== undefined) return;
    const done = this.#fetch(caller);
    caller.background?.(done);
  }

  /** Waits for the fetch in progress, or begins one. Settles in time. */
  #fetch({ cluster }: KeyCaller): Promise<void> {
    const running = this.#runningFetch();
    if (running !== undefined) return withinTime(running.done);
    const startedAt = this.#fetching.now();
    this.#triedAt = startedAt;
    const fetch: Fetch = { startedAt, done: this.#load(cluster, () => this.#running === fetch, startedAt) };
    this.#running = fetch;
    return fetch.done;
  }

  async #load(cluster: string, isCurrent: () => boolean, startedAt: number): Promise<void> {
    try {
      const keys = await this.#fetching.fetchKeys();
      if (!isCurrent()) return;
      this.#keys = keys.map((key) => this.#keys.find((known) => known.equals(key)) ?? key);
      this.#fetchedAt = startedAt;
      this.#settledAt = startedAt;
    } catch (error) {
      if (isCurrent()) this.#settledAt = this.#fetching.now();
      this.#fetching.onFailure(error, cluster);
    } finally {
      if (isCurrent()) this.#running = undefined;
    }
  }

  /** workerd drops a fetch together with the call that began it. It never settles then. */
  #runningFetch(): Fetch | undefined {
    const running = this.#running;
    return running !== undefined && this.#since(running.startedAt) <= FETCH_TIMEOUT_MS ? running : undefined;
  }

  #areInForce(): boolean {
    return this.#keys.length > 0 && this.#since(this.#fetchedAt) < IN_FORCE_MS;
  }

  #isStale(): boolean {
    return this.#since(this.#settledAt) >= STALE_MS;
  }

  /** Also for a clock that went back: else nothing would be fetched until it is where it was. */
  #since(time: number): number {
    return Math.abs(this.#fetching.now() - time);
  }
}

/** Waits for a fetch that another call began. */
async function withinTime(done: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FETCH_TIMEOUT_MS);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}
