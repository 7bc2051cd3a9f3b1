import type { Deadline } from "../../policy/run/Deadline.ts";
import { GateError } from "../GateError.ts";

/** A body that costs more memory than this is judged in turn. Smaller ones hold the process for some milliseconds at most. */
export const HEAVY_BYTES = 8 * 1024 * 1024;
/** How long after a heavy call the next one begins, for each MiB of its cost: many times what parsing takes. */
const PAUSE_MS_PER_MEBIBYTE = 30;
const MEBIBYTE = 1024 * 1024;
const MAX_WAITING = 32;
/** A call that waits looks this often whether the one before it has ended. */
const LOOK_MS = 20;

/** Whether a body whose parsing takes this memory, in bytes, is judged in turn or apart from others. */
export function isHeavy(cost: number): boolean {
  return cost > HEAVY_BYTES;
}

interface Waiting {
  readonly bytes: number;
  readonly deadline: Deadline;
}

/**
 * Judges heavy reviews one after the other, with pauses that are longer than the work. Parsing holds the process, and all
 * other reviews wait for it. A single heavy review does not wait.
 */
export class HeavyTurns {
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #waiting = new Set<Waiting>();
  #isTaken = false;
  #freeAt = 0;

  /** `maxBytes` limits the texts of all reviews that wait. */
  constructor(maxBytes: number, now: () => number) {
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  /**
   * Waits for the turn of a review whose text has `bytes` and which costs `cost` bytes of memory. Resolves to the function
   * that ends the turn, which has an effect once; undefined for a review that needs none. Throws {@link GateError}
   * `overloaded` when too many wait, or when the deadline passes.
   */
  take(cost: number, bytes: number, deadline: Deadline): (() => void) | undefined | Promise<() => void> {
    if (!isHeavy(cost)) return undefined;
    return this.#isTaken || this.#waiting.size > 0 || this.#now() < this.#freeAt
      ? this.#wait(cost, { bytes, deadline })
      : this.#begin(cost);
  }

  #begin(cost: number): () => void {
    this.#isTaken = true;
    let isEnded = false;
    return () => {
      if (isEnded) return;
      isEnded = true;
      this.#isTaken = false;
      this.#freeAt = this.#now() + (cost / MEBIBYTE) * PAUSE_MS_PER_MEBIBYTE;
    };
  }

  async #wait(cost: number, waiting: Waiting): Promise<() => void> {
    const { bytes, deadline } = waiting;
    let waitingBytes = bytes;
    for (const other of this.#waiting) waitingBytes += other.bytes;
    if (this.#waiting.size >= MAX_WAITING || (this.#waiting.size > 0 && waitingBytes > this.#maxBytes))
      throw new GateError("overloaded", "too many large reviews wait; try again");
    this.#waiting.add(waiting);
    try {
      // Each call has a timer of its own: on Workers the timers of a call end with it.
      while (!this.#isFirst(waiting) || this.#isTaken || this.#now() < this.#freeAt) {
        if (deadline.isPassed) throw new GateError("overloaded", "too many large reviews wait; try again");
        const ms = this.#isTaken ? LOOK_MS : Math.max(LOOK_MS, this.#freeAt - this.#now());
        await new Promise((resolve) => setTimeout(resolve, Math.min(ms, Math.max(deadline.remainingMs, 0))));
      }
      return this.#begin(cost);
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  #isFirst(waiting: Waiting): boolean {
    for (const other of this.#waiting) if (other === waiting || !other.deadline.isPassed) return other === waiting;
    return false;
  }
}
