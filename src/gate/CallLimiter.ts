import { GateError } from "./GateError.ts";

/** How many calls a gate takes on at one time, and lets in no more. */
export class CallLimiter {
  readonly #most: number;
  #inFlight = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a place; the function that comes back gives it up again. Throws `overloaded` when there is none. */
  enter(): () => void {
    if (this.#inFlight >= this.#most) throw new GateError("overloaded", "too many calls at one time; try again");
    this.#inFlight += 1;
    return () => {
      this.#inFlight -= 1;
    };
  }
}
