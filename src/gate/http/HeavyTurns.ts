import type { Deadline } from "../../policy/run/Deadline.ts";
import { GateError } from "../GateError.ts";

/** A body that costs more memory than this is judged in turn. Smaller ones hold the process for some milliseconds at most. */
export const HEAVY_BYTES = 8 * 1024 * 1024;
/** A body of this length is not even decoded out of turn. */
export const LARGE_BYTES = 1024 * 1024;
/**
 * Of all time, heavy calls hold the process for one part in so many. Other calls also wait for the collection of their garbage, which
 * is not counted: with 200, more than 1 in 100 waited.
 */
const PARTS_OF_TIME = 400;
/** What heavy calls may hold beyond that: some tens of large objects that are applied together. */
const MOST_CREDIT_MS = 500;
/** How long after a heavy call the next one begins at least, in times of what it held: the calls that waited are answered. */
const LEAST_PAUSES = 4;
/** A clock that is set anew must not shut large reviews out. */
const MOST_PAUSE_MS = 120_000;
/** The pause until what the call held is known. */
const UNKNOWN_PAUSE_MS = 1_000;
const MAX_WAITING = 32;
/** A call that waits looks this often whether the one before it has ended. */
const LOOK_MS = 20;

/** Whether a body whose parsing takes this memory, in bytes, is judged in turn or apart from others. */
export function isHeavy(cost: number): boolean {
  return cost > HEAVY_BYTES;
}

/** Ends a turn. More calls do nothing. Resolves once the other calls that are ready have gone on. */
export type EndTurn = () => Promise<void>;

interface Waiting {
  readonly bytes: number;
  readonly deadline: Deadline;
}

/**
 * Judges heavy reviews one after the other. Decoding and parsing hold the process, and all other reviews wait for it. The
 * pause after a heavy review follows from the time that it held:
 *
 * | heavy reviews before | pause after the next |
 * |---|---|
 * | none, or few | 4 times what it held |
 * | they held 0.5 s together, and 0.25 % of the time since | 400 times what it held, at most 120 s |
 */
export class HeavyTurns {
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #waiting = new Set<Waiting>();
  #isTaken = false;
  #freeAt = 0;
  /** Milliseconds that heavy calls may hold without a long pause, at {@link #creditAt}. */
  #credit = MOST_CREDIT_MS;
  #creditAt: number;

  /** `maxBytes` limits the texts of all reviews that wait. */
  constructor(maxBytes: number, now: () => number) {
    this.#maxBytes = maxBytes;
    this.#now = now;
    this.#creditAt = now();
  }

  /**
   * Waits for the turn of a heavy review whose body has `bytes`. Resolves to the function that ends the turn. Throws
   * {@link GateError} `overloaded` when too many wait, or when the deadline passes.
   */
  take(bytes: number, deadline: Deadline): EndTurn | Promise<EndTurn> {
    return this.#isTaken || this.#waiting.size > 0 || this.#pauseLeft > 0
      ? this.#wait({ bytes, deadline })
      : this.#begin();
  }

  #begin(): EndTurn {
    this.#isTaken = true;
    const beganAt = this.#now();
    let isEnded = false;
    return async () => {
      if (isEnded) return;
      isEnded = true;
      this.#isTaken = false;
      // On Workers the clock stands still until the next event, and the timer of a call that is cancelled never fires.
      this.#freeAt = this.#now() + UNKNOWN_PAUSE_MS;
      await new Promise((resolve) => setTimeout(resolve, 0));
      const now = this.#now();
      this.#freeAt = now + this.#pauseAfter(now - beganAt, now);
    };
  }

  /** The pause after a call that held the process for some milliseconds. */
  #pauseAfter(held: number, now: number): number {
    const earned = this.#credit + (now - this.#creditAt) / PARTS_OF_TIME;
    this.#credit = Math.max(Math.min(earned, MOST_CREDIT_MS) - held, -MOST_PAUSE_MS / PARTS_OF_TIME);
    this.#creditAt = now;
    return Math.max(held * LEAST_PAUSES, -this.#credit * PARTS_OF_TIME);
  }

  /** Milliseconds until the next heavy call may begin. */
  get #pauseLeft(): number {
    const left = this.#freeAt - this.#now();
    return left > MOST_PAUSE_MS ? 0 : left;
  }

  async #wait(waiting: Waiting): Promise<EndTurn> {
    const { bytes, deadline } = waiting;
    let waitingBytes = bytes;
    for (const other of this.#waiting) waitingBytes += other.bytes;
    if (this.#waiting.size >= MAX_WAITING || (this.#waiting.size > 0 && waitingBytes > this.#maxBytes))
      throw new GateError("overloaded", "too many large reviews wait");
    this.#waiting.add(waiting);
    try {
      // Each call has a timer of its own: on Workers the timers of a call end with it.
      while (!this.#isFirst(waiting) || this.#isTaken || this.#pauseLeft > 0) {
        if (deadline.isPassed) throw new GateError("overloaded", "too many large reviews wait");
        const ms = this.#isTaken ? LOOK_MS : Math.max(LOOK_MS, this.#pauseLeft);
        await new Promise((resolve) => setTimeout(resolve, Math.min(ms, Math.max(deadline.remainingMs, 0))));
      }
      return this.#begin();
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  #isFirst(waiting: Waiting): boolean {
    for (const other of this.#waiting) if (other === waiting || !other.deadline.isPassed) return other === waiting;
    return false;
  }
}
