/** Random numbers that are the same in each run, from a seed (mulberry32). */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to `below` - 1. */
  int(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  /** True once in `of` times. */
  oneIn(of: number): boolean {
    return this.int(of) === 0;
  }

  /** One of a list. Throws for an empty one. */
  pick<T>(list: readonly T[]): T {
    for (const item of list.slice(this.int(Math.max(1, list.length)))) return item;
    throw new Error("nothing to pick from");
  }
}
