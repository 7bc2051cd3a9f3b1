import type { LoadedPair } from "../pair/LoadedPair.ts";
import { isPair, type LoadedSlots } from "../pair/loadSlots.ts";
import type { PairInfo } from "../pair/PairInfo.ts";
import { slotReadings } from "../pair/slotReadings.ts";
import { TlsError } from "../TlsError.ts";
import type { TlsOptions } from "../TlsOptions.ts";
import { chooseCertificate, type Slot } from "./chooseCertificate.ts";

/** A pair that was chosen. */
export interface ChosenPair {
  readonly info: PairInfo;
  readonly pair: LoadedPair;
}

/** The pair to begin with, by the decision table. Throws {@link TlsError}, with the main certificate's fault, when none can be served. */
export function initialPair(loaded: LoadedSlots, options: TlsOptions): ChosenPair {
  const readings = slotReadings(loaded, options);
  const usable = (slot: Slot): boolean => readings[slot]?.pair !== undefined && readings[slot]?.fault === undefined;
  const { serve } = chooseCertificate({
    main: usable("main") ? "valid" : "unloadable",
    standby: usable("standby") ? "valid" : "absent",
    renewing: false,
    servingInTime: false,
  });
  const info = serve === undefined ? undefined : readings[serve]?.pair;
  const pair = serve === undefined ? undefined : loaded.slots[serve];
  if (info === undefined || !isPair(pair))
    throw new TlsError(readings.main?.fault ?? { code: "unusable", message: `${options.main.cert}: cannot be served` });
  return { info, pair };
}
