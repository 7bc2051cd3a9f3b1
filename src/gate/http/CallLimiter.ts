import { GateError } from "../GateError.ts";

/** Limits the calls that a gate works on at one time, and the bytes of their bodies together. */
export class CallLimiter {
  readonly #maxCalls: number;
  readonly #maxBytes: number;
  #calls = 0;
  #bytes = 0;

  constructor(maxCalls: number, maxBytes: number) {
    this.#maxCalls = maxCalls;
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes a place for a call whose body has up to `bytes`. Returns the function that gives the place back. Throws
   * {@link GateError} `overloaded` when there is no place. A single call always has room for its bytes.
   */
  enter(bytes: number): () => void {
    if (this.#calls >= this.#maxCalls || (this.#calls > 0 && this.#bytes + bytes > this.#maxBytes))
      throw new GateError("overloaded", "too many calls are in progress; try again");
    this.#calls += 1;
    this.#bytes += bytes;
    return () => {
      this.#calls -= 1;
      this.#bytes -= bytes;
    };
  }
}
