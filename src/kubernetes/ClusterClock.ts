import type { KubernetesApi } from "./KubernetesApi.ts";

/** HTTP dates have no fractions of a second (RFC 9110, section 5.6.7). */
const DATE_RESOLUTION_MS = 1_000;

/**
 * The API server's clock, estimated from the Date header of its answers. All runs in a cluster share this clock, as they
 * share the Lease. A difference to the local clock means that one of the two is wrong.
 */
export class ClusterClock {
  readonly #localNow: () => number;
  #skewMs = 0;

  /** `now` is this process's own clock, in milliseconds since 1970. */
  constructor(now: () => number) {
    this.#localNow = now;
  }

  /** Returns a wrapper of `api` that records the dates of its answers. */
  recordDates(api: KubernetesApi): KubernetesApi {
    return async (request) => {
      const sentAt = this.#localNow();
      const answer = await api(request);
      if (answer.date !== undefined) this.#record(answer.date, sentAt, this.#localNow());
      return answer;
    };
  }

  /** The least difference between the API server's clock and the local one that the last date proves. Positive: the API server is ahead. */
  get skewMs(): number {
    return this.#skewMs;
  }

  /** The current time of the API server's clock, as far as it is known. In milliseconds since 1970. */
  now(): number {
    return this.#localNow() + this.#skewMs;
  }

  /** The API server wrote the date at some time between the call and its answer. */
  #record(date: number, sentAt: number, receivedAt: number): void {
    // The local clock was set back during the call, so the date proves nothing.
    if (receivedAt < sentAt) return;
    const minSkewMs = date - receivedAt;
    const maxSkewMs = date + DATE_RESOLUTION_MS - sentAt;
    this.#skewMs = minSkewMs > 0 ? minSkewMs : Math.min(maxSkewMs, 0);
  }
}
