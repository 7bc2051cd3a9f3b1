import type { LoadedPair } from "./pair/LoadedPair.ts";
import { isPair, type LoadedSlots } from "./pair/loadSlots.ts";
import type { PairInfo } from "./pair/PairInfo.ts";
import { SLOTS, type Slot } from "./pair/Slot.ts";
import { verifySlots } from "./pair/verifySlots.ts";
import { chooseCertificate } from "./rotation/chooseCertificate.ts";
import { TlsError } from "./TlsError.ts";
import type { TlsOptions } from "./TlsOptions.ts";

/** A pair with its facts. */
export interface ChosenPair {
  readonly info: PairInfo;
  readonly pair: LoadedPair;
}

/**
 * The pairs that can be served at the start. The first one is to be served, by the table of `chooseCertificate`. Throws
 * {@link TlsError} with the fault of the main certificate when none can be served.
 */
export function initialPairs(loaded: LoadedSlots, options: TlsOptions): readonly [ChosenPair, ...ChosenPair[]] {
  const readings = verifySlots(loaded, options);
  const isValid = (slot: Slot): boolean => readings[slot]?.pair !== undefined && readings[slot]?.fault === undefined;
  const { serve } = chooseCertificate({
    main: isValid("main") ? "valid" : "unloadable",
    standby: isValid("standby") ? "valid" : "absent",
    renewing: false,
    isServingValid: false,
  });
  const order = SLOTS.toSorted((left, right) => Number(right === serve) - Number(left === serve));
  const [first, ...others] = order.flatMap((slot): readonly ChosenPair[] => {
    const [info, pair] = [readings[slot]?.pair, loaded.slots[slot]];
    return isValid(slot) && info !== undefined && isPair(pair) ? [{ info, pair }] : [];
  });
  if (first !== undefined) return [first, ...others];
  throw new TlsError(readings.main?.fault ?? { code: "unusable", message: `${options.main.cert}: cannot be served` });
}
