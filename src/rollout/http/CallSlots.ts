/** The bounds of {@link CallSlots}. */
export interface CallSlotBounds {
  /** Slots in use at a time. */
  readonly total: number;
  /** Slots that one holder may use or wait for. */
  readonly perHolder: number;
}

/**
 * Slots for work that is bounded in time. Who finds no free slot waits for one, in order. One holder cannot take all: it gets
 * at most `perHolder`, with those that it waits for.
 */
export class CallSlots<H> {
  readonly #bounds: CallSlotBounds;
  readonly #held = new Map<H, number>();
  readonly #waiting: (() => void)[] = [];
  #inUse = 0;

  constructor(bounds: CallSlotBounds) {
    this.#bounds = bounds;
  }

  /** Resolves to what `work` resolves to. Resolves to undefined, without a call of `work`, when the holder has too many. */
  async use<T>(holder: H, work: () => Promise<T>): Promise<T | undefined> {
    const held = this.#held.get(holder) ?? 0;
    if (held >= this.#bounds.perHolder) return undefined;
    this.#held.set(holder, held + 1);
    if (this.#inUse < this.#bounds.total) this.#inUse += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The slot passes to the next one, so that nobody can take it in between.
      if (next === undefined) this.#inUse -= 1;
      else next();
      const left = (this.#held.get(holder) ?? 1) - 1;
      if (left > 0) this.#held.set(holder, left);
      else this.#held.delete(holder);
    }
  }
}
