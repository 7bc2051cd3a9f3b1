/** Calls that are started before other events of the process have their turn. A call without its policies takes 0.1 ms. */
const CALLS_PER_TURN = 4;

/**
 * Starts the calls of connections without a proof: one of each connection in turn, and few at a time. Between them, the calls
 * of proven connections are served. A flood of calls on one connection delays its own calls only.
 */
export class TurnQueue<K> {
  readonly #waiting = new Map<K, (() => void)[]>();
  #isScheduled = false;

  add(key: K, start: () => void): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) this.#waiting.set(key, [start]);
    else waiting.push(start);
    this.#schedule();
  }

  /** Starts all calls of a connection that is proven now. */
  release(key: K): void {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    for (const start of waiting ?? []) start();
  }

  /** Forgets the calls of a connection. */
  delete(key: K): void {
    this.#waiting.delete(key);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#startSome();
      this.#schedule();
    });
  }

  #startSome(): void {
    for (let started = 0; started < CALLS_PER_TURN; started += 1) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      const [key, waiting] = next;
      const start = waiting.shift();
      // To the end of the order.
      this.#waiting.delete(key);
      if (waiting.length > 0) this.#waiting.set(key, waiting);
      start?.();
    }
  }
}
