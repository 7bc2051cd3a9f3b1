/**
 * The time by which a review must be answered. Timer and signal are created only when something async needs them; most
 * reviews do not. On Workers the clock stops during CPU work, so a deadline limits waiting but not computation.
 */
export class Deadline {
  readonly timeoutMs: number;
  #expired = false;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #passed: Promise<typeof deadlinePassed> | undefined;
  #resolvePassed: ((value: typeof deadlinePassed) => void) | undefined;
  readonly #startedAt: number;
  readonly #now: () => number;

  /** The time starts with the call. `now` is a clock in milliseconds. */
  constructor(timeoutMs: number, now: () => number) {
    this.timeoutMs = timeoutMs;
    this.#now = now;
    this.#startedAt = now();
  }

  /** Aborts when the deadline passes. The reason is a TimeoutError. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.#start();
    }
    return this.#controller.signal;
  }

  /** Whether the deadline has passed. */
  get isPassed(): boolean {
    return this.#expired || this.remainingMs <= 0;
  }

  /** Resolves to {@link deadlinePassed} when the deadline passes. For `Promise.race`. */
  get passed(): Promise<typeof deadlinePassed> {
    // Does not use the signal: every body is read with this promise, and a signal costs more than a timer.
    if (this.#passed === undefined) {
      this.#passed = new Promise((resolve) => {
        this.#resolvePassed = resolve;
      });
      this.#start();
    }
    return this.#passed;
  }

  /** Clears the timer. Signals of this deadline no longer abort. */
  dispose(): void {
    clearTimeout(this.#timer);
  }

  /** Milliseconds until it passes; negative afterwards. */
  get remainingMs(): number {
    return this.timeoutMs - (this.#now() - this.#startedAt);
  }

  /** Starts the one timer of signal and promise. After the deadline both end immediately. */
  #start(): void {
    const remainingMs = this.#expired ? 0 : this.remainingMs;
    if (remainingMs <= 0) this.#expire();
    else this.#timer ??= setTimeout(() => this.#expire(), remainingMs);
  }

  #expire(): void {
    this.#expired = true;
    // Before the abort, so that a policy that returns because its signal aborts has missed the deadline.
    this.#resolvePassed?.(deadlinePassed);
    this.#controller?.abort(new DOMException("the review's deadline has passed", "TimeoutError"));
  }
}

/** The value that {@link Deadline.passed} resolves to. */
export const deadlinePassed = Symbol("deadline passed");
