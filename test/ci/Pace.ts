/** The minimum duration of measured steps for an estimate. On the reference machine. */
const MIN_SECONDS = 30;
/** The maximum of the estimate, as a multiple of the speed factor. */
const MAX_RATIO = 10;

/**
 * Estimates how long this machine takes for one second of the reference machine: first from the speed factor, then from
 * steps.
 */
export class Pace {
  readonly #factor: number;
  #expected = 0;
  #took = 0;

  constructor(factor: number) {
    this.#factor = Math.max(1, factor);
  }

  /** Adds a measured step: its duration on the reference machine and on this machine, in seconds. */
  add(expected: number, took: number): void {
    this.#expected += expected;
    this.#took += took;
  }

  /** Seconds on this machine per second on the reference machine. */
  get secondsPerSecond(): number {
    if (this.#expected < MIN_SECONDS) return this.#factor;
    return Math.min(MAX_RATIO * this.#factor, Math.max(this.#factor / 2, this.#took / this.#expected));
  }
}
