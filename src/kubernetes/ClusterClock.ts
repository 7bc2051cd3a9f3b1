import type { KubernetesApi } from "./KubernetesApi.ts";

/** HTTP dates leave out what is below a second (RFC 9110, section 5.6.7). In milliseconds. */
const GRAIN = 1_000;

/**
 * The API server's clock, by the Date header of its answers: two clocks that differ tell that one of them is wrong. All
 * runs in a cluster share it, as they share the Lease.
 */
export class ClusterClock {
  readonly #now: () => number;
  #skew = 0;

  /** `now` is this process's own clock, in milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The same API, listened to. */
  listen(api: KubernetesApi): KubernetesApi {
    return async (request) => {
      const sent = this.#now();
      const answer = await api(request);
      if (answer.date !== undefined) this.#hear(answer.date, sent, this.#now());
      return answer;
    };
  }

  /** How far the API server's clock is ahead of this one's, at least; 0 where nothing tells that it is. In milliseconds. */
  get skew(): number {
    return this.#skew;
  }

  /** What the API server's clock says now, as far as is known. In milliseconds since 1970. */
  now(): number {
    return this.#now() + this.#skew;
  }

  /** It was said at some time between the call and its answer. */
  #hear(date: number, sent: number, heard: number): void {
    // A clock that was set in between tells nothing.
    if (heard < sent) return;
    const [least, most] = [date - heard, date + GRAIN - sent];
    this.#skew = least > 0 ? least : Math.min(most, 0);
  }
}
