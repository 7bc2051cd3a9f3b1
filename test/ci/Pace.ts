/** Before so many seconds of steps are over, their times say little. On the reference machine. */
const LEAST_SECONDS = 30;
const SLOWEST = 10;

/** How long a second of the reference machine takes here: by the speed factor first, and then by what steps really took. */
export class Pace {
  readonly #factor: number;
  #expected = 0;
  #took = 0;

  constructor(factor: number) {
    this.#factor = Math.max(1, factor);
  }

  /** A step that takes `expected` seconds on the reference machine took `took` seconds here. */
  add(expected: number, took: number): void {
    this.#expected += expected;
    this.#took += took;
  }

  get secondsPerSecond(): number {
    if (this.#expected < LEAST_SECONDS) return this.#factor;
    return Math.min(SLOWEST * this.#factor, Math.max(this.#factor / 2, this.#took / this.#expected));
  }
}
