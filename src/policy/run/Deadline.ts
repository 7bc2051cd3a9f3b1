/**
 * The time by which a review must be answered. Timer and signal are made only when something async asks for them: most
 * reviews are judged without. On Workers the clock stands still during CPU work, so it bounds waiting, not computing.
 */
export class Deadline {
  readonly milliseconds: number;
  #expired = false;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #passed: Promise<typeof deadlinePassed> | undefined;
  #resolvePassed: ((value: typeof deadlinePassed) => void) | undefined;
  readonly #startedAt: number;
  readonly #now: () => number;

  /** `milliseconds` from now on; `now` is a clock in milliseconds. */
  constructor(milliseconds: number, now: () => number) {
    this.milliseconds = milliseconds;
    this.#now = now;
    this.#startedAt = now();
  }

  /** Aborts when the time is over, with a TimeoutError as its reason. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.#start();
    }
    return this.#controller.signal;
  }

  /** Whether the time is over. */
  get isPassed(): boolean {
    return this.#expired || this.#left <= 0;
  }

  /** Resolves to {@link deadlinePassed} when the time is over; for `Promise.race`. */
  get passed(): Promise<typeof deadlinePassed> {
    // Without a signal, for every body is read under this: a signal costs more than the timer does.
    if (this.#passed === undefined) {
      this.#passed = new Promise((resolve) => {
        this.#resolvePassed = resolve;
      });
      this.#start();
    }
    return this.#passed;
  }

  /** Lets go of the timer. Signals handed out before no longer abort. */
  dispose(): void {
    clearTimeout(this.#timer);
  }

  get #left(): number {
    return this.milliseconds - (this.#now() - this.#startedAt);
  }

  /** One timer serves both; where it has gone off, whoever comes later is told at once. */
  #start(): void {
    const left = this.#expired ? 0 : this.#left;
    if (left <= 0) this.#expire();
    else this.#timer ??= setTimeout(() => this.#expire(), left);
  }

  #expire(): void {
    this.#expired = true;
    // First, so that a policy that answers because its signal aborts is late.
    this.#resolvePassed?.(deadlinePassed);
    this.#controller?.abort(new DOMException("the review's deadline has passed", "TimeoutError"));
  }
}

/** What {@link Deadline.passed} resolves to. */
export const deadlinePassed = Symbol("deadline passed");
