import { GateError } from "../GateError.ts";

/** How many calls a gate takes on at one time, and how many bytes of bodies for all of them together. */
export class CallLimiter {
  readonly #mostCalls: number;
  readonly #mostBytes: number;
  #calls = 0;
  #bytes = 0;

  constructor(mostCalls: number, mostBytes: number) {
    this.#mostCalls = mostCalls;
    this.#mostBytes = mostBytes;
  }

  /**
   * Takes a place for a call whose body takes up to `bytes`; the function that comes back gives it up again. Throws
   * `overloaded` when there is none. A single call always finds room for its bytes.
   */
  enter(bytes: number): () => void {
    if (this.#calls >= this.#mostCalls || (this.#calls > 0 && this.#bytes + bytes > this.#mostBytes))
      throw new GateError("overloaded", "too many calls at one time; try again");
    this.#calls += 1;
    this.#bytes += bytes;
    return () => {
      this.#calls -= 1;
      this.#bytes -= bytes;
    };
  }
}
