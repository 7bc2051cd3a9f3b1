import type { GateError } from "../GateError.ts";
import type { CallRates } from "./CallRates.ts";
import { tooManyCalls } from "./tooManyCalls.ts";

/** A call whose caller may be refused. */
export interface CountedCall {
  readonly request: Request;
  /** What its refusal is counted by beside the address: a cluster that the gate has, or its `/token`. Undefined where it has none. */
  readonly scope: string | undefined;
}

/** What the refused calls before a call leave it. */
export interface RefusalRoom {
  /** 0 when the address may be told a refusal; else the whole seconds after which it may. */
  readonly seconds: number;
  /** Whether only a credential is accepted that was verified before. */
  readonly isKnownOnly: boolean;
}

/**
 * The refused calls of addresses. Each is taken from the limit of its address, and from that of its scope at this address:
 *
 * | the limit of the address | that of the scope | a credential that was not verified before | the answer to a refused caller |
 * |---|---|---|---|
 * | has room | any | is verified | `unauthenticated` |
 * | is used up | has room | is verified | `too-many-calls` |
 * | is used up | is used up, or there is no scope | is not verified | `too-many-calls` |
 *
 * So one cluster with a stale credential, or a stranger with made-up names, holds up no other cluster behind the same address.
 * What a refused caller is told follows from the address alone: it does not say whether the gate has a cluster.
 */
export class RefusedCalls {
  readonly #rates: CallRates;

  constructor(rates: CallRates) {
    this.#rates = rates;
  }

  /** The room of a call, before its credential is verified. Takes nothing. */
  async roomOf({ request, scope }: CountedCall): Promise<RefusalRoom> {
    const seconds = await this.#rates.waitOf(request);
    if (seconds === 0) return { seconds, isKnownOnly: false };
    return { seconds, isKnownOnly: scope === undefined || (await this.#rates.waitOf(request, scope)) > 0 };
  }

  /** Takes a refused call, and returns what its caller is told. */
  async refuse(
    { request, scope }: CountedCall,
    { seconds, isKnownOnly }: RefusalRoom,
    refusal: GateError,
  ): Promise<GateError> {
    if (isKnownOnly) return tooManyCalls("address", seconds);
    // Both at one time: a binding of Workers is a call to another process.
    const ofScope = scope === undefined ? 0 : this.#rates.takeRefused(request, scope);
    const ofAddress = seconds > 0 ? seconds : await this.#rates.takeRefused(request);
    await ofScope;
    return ofAddress === 0 ? refusal : tooManyCalls("address", ofAddress);
  }
}
