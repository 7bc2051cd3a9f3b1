import { type ChosenPair, initialPairs } from "./initialPairs.ts";
import { clientPath } from "./pair/clientPath.ts";
import type { LoadedPair } from "./pair/LoadedPair.ts";
import { isPair, type LoadedSlots, loadSlots } from "./pair/loadSlots.ts";
import { pairInfo } from "./pair/PairInfo.ts";
import { SLOTS, type Slot } from "./pair/Slot.ts";
import { rulesFor } from "./pair/verifySlots.ts";
import type { TlsOptions } from "./TlsOptions.ts";

/** The pair that another process put in force, and that a server may still serve. */
export interface LastServed {
  readonly pair: LoadedPair;
  readonly slot: Slot;
}

/** All files at the start, and the pairs that can be served: the first one is to be served. */
export interface LoadedStart {
  readonly loaded: LoadedSlots;
  readonly pairs: readonly [ChosenPair, ...ChosenPair[]];
}

/**
 * Reads all files for the first time. `last` is the pair that a server outside this process serves, when known. Throws
 * TlsError with the fault of the main certificate when no pair can be served, and TrustError when `caFile` cannot be parsed.
 */
export async function loadStart(options: TlsOptions, last: LastServed | undefined): Promise<LoadedStart> {
  const loaded = await loadSlots(options);
  const pairs = last === undefined ? initialPairs(loaded, options) : ([lastPair(last, loaded, options)] as const);
  for (const slot of SLOTS) {
    const it = loaded.slots[slot];
    if (isPair(it)) for (const warning of it.warnings) options.log.warn("weak protection of a key", { slot, warning });
  }
  return { loaded, pairs };
}

function lastPair({ pair, slot }: LastServed, loaded: LoadedSlots, { rules, now }: TlsOptions): ChosenPair {
  return { pair, info: pairInfo(slot, pair, clientPath(pair, rulesFor(loaded, rules), now())) };
}
