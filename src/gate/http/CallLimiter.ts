import { GateError } from "../GateError.ts";
import type { GateLimits } from "../GateLimits.ts";
import { HEAVY_BYTES } from "./HeavyTurns.ts";
import type { CompleteBody } from "./KeptBody.ts";
import { mostParseCost, parseCost } from "./parseCost.ts";

/** A call that has a place. */
export interface CallPlace {
  /** The memory that judging takes at most, in bytes, as it is known so far. */
  readonly cost: number;
  /** Frees the place. More calls do nothing. */
  leave(): void;
}

interface Holder {
  cost: number;
  /** Set until the cost is known exactly. */
  body: CompleteBody | undefined;
}

/** Limits the calls that a gate judges at one time, and the memory that their bodies take once they are parsed. */
export class CallLimiter {
  readonly #limits: Pick<GateLimits, "callsInFlight" | "callBytes" | "bytesInFlight">;
  readonly #holders = new Set<Holder>();
  #bytes = 0;

  constructor(limits: Pick<GateLimits, "callsInFlight" | "callBytes" | "bytesInFlight">) {
    this.#limits = limits;
  }

  /** The calls that have a place. */
  get calls(): number {
    return this.#holders.size;
  }

  /** Throws {@link GateError} `overloaded` when no call has a place. */
  checkCalls(): void {
    if (this.#holders.size >= this.#limits.callsInFlight)
      throw new GateError("overloaded", "too many calls are in progress; try again");
  }

  /**
   * The memory that a body takes, in bytes: its estimate, which takes half as long as to parse it, or an upper bound where that is small enough. What is above
   * `enough` is not counted. Default: the most that one call may take.
   */
  costOf(body: CompleteBody, enough = this.#limits.callBytes + 1): number {
    const most = mostParseCost(body.bytes);
    if (most <= HEAVY_BYTES) return most;
    if (body.counted !== undefined) return body.counted;
    const cost = parseCost(body.text, body.bytes, enough);
    // A count that ended early is no cost.
    if (cost < enough) body.counted = cost;
    return cost;
  }

  /**
   * Takes a place for a call. `cost` is that of {@link costOf}. Throws {@link GateError} `overloaded` when there is no
   * place. A single call always has room.
   */
  enter(body: CompleteBody, cost: number): CallPlace {
    this.checkCalls();
    const holder: Holder = { cost, body: cost <= HEAVY_BYTES ? body : undefined };
    this.#holders.add(holder);
    this.#bytes += cost;
    if (!this.#fits()) {
      this.#count();
      if (!this.#fits()) {
        this.#leave(holder);
        throw new GateError("overloaded", "the calls in progress need all memory; try again");
      }
    }
    return { cost: holder.cost, leave: () => this.#leave(holder) };
  }

  #fits(): boolean {
    return this.#bytes <= this.#limits.bytesInFlight || this.#holders.size === 1;
  }

  /** Replaces upper bounds by estimates. */
  #count(): void {
    for (const holder of this.#holders) {
      if (holder.body === undefined) continue;
      const cost = Math.min(holder.cost, parseCost(holder.body.text, holder.body.bytes));
      this.#bytes -= holder.cost - cost;
      holder.cost = cost;
      holder.body = undefined;
    }
  }

  #leave(holder: Holder): void {
    if (this.#holders.delete(holder)) this.#bytes -= holder.cost;
  }
}
