/**
 * The time by which a review must be answered. Clock and timer are made only when something async asks for them: most
 * reviews are judged without. On Workers the clock stands still during CPU work, so it bounds waiting, not computing.
 */
export class Deadline {
  readonly milliseconds: number;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #passed: Promise<typeof deadlinePassed> | undefined;
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
    return this.#start().signal;
  }

  /** Whether the time is over. */
  get isPassed(): boolean {
    return this.#controller?.signal.aborted === true || this.#now() - this.#startedAt >= this.milliseconds;
  }

  /** Resolves to {@link deadlinePassed} when the time is over; for `Promise.race`. */
  get passed(): Promise<typeof deadlinePassed> {
    const { signal } = this.#start();
    this.#passed ??= new Promise((resolve) => {
      if (signal.aborted) resolve(deadlinePassed);
      else signal.addEventListener("abort", () => resolve(deadlinePassed), { once: true });
    });
    return this.#passed;
  }

  /** Lets go of the timer. Signals handed out before no longer abort. */
  dispose(): void {
    clearTimeout(this.#timer);
  }

  #start(): AbortController {
    if (this.#controller !== undefined) return this.#controller;
    const controller = new AbortController();
    this.#controller = controller;
    const left = this.milliseconds - (this.#now() - this.#startedAt);
    const abort = (): void => controller.abort(new DOMException("the review's deadline has passed", "TimeoutError"));
    if (left <= 0) abort();
    else this.#timer = setTimeout(abort, left);
    return controller;
  }
}

/** What {@link Deadline.passed} resolves to. */
export const deadlinePassed = Symbol("deadline passed");
