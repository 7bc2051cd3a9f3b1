import type { LoadedPair } from "./pair/LoadedPair.ts";
import { isPair, type LoadedSlots } from "./pair/loadSlots.ts";
import type { PairInfo } from "./pair/PairInfo.ts";
import type { Slot } from "./pair/Slot.ts";
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
 * The first pair to serve, chosen by the table of `chooseCertificate`. Throws {@link TlsError} with the fault of the main
 * certificate when neither can be served.
 */
export function initialPair(loaded: LoadedSlots, options: TlsOptions): ChosenPair {
  const readings = verifySlots(loaded, options);
  const isValid = (slot: Slot): boolean => readings[slot]?.pair !== undefined && readings[slot]?.fault === undefined;
  const { serve } = chooseCertificate({
    main: isValid("main") ? "valid" : "unloadable",
    standby: isValid("standby") ? "valid" : "absent",
    renewing: false,
    isServingValid: false,
  });
  const info = serve === undefined ? undefined : readings[serve]?.pair;
  const pair = serve === undefined ? undefined : loaded.slots[serve];
  if (info === undefined || !isPair(pair))
    throw new TlsError(readings.main?.fault ?? { code: "unusable", message: `${options.main.cert}: cannot be served` });
  return { info, pair };
}
