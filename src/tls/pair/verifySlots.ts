import type { TlsOptions } from "../TlsOptions.ts";
import { isPair, type LoadedSlots } from "./loadSlots.ts";
import { pairInfo } from "./PairInfo.ts";
import { SLOTS, type Slot } from "./Slot.ts";
import type { SlotReading } from "./SlotReading.ts";
import { verifyPair } from "./verifyPair.ts";

/** Verifies the loaded pair of each slot against the rules, at the current time. */
export function verifySlots(
  { slots, roots }: LoadedSlots,
  { rules, now }: Pick<TlsOptions, "rules" | "now">,
): Partial<Record<Slot, SlotReading>> {
  const readings: Partial<Record<Slot, SlotReading>> = {};
  for (const slot of SLOTS) {
    const loaded = slots[slot];
    if (loaded === undefined) continue;
    if (!isPair(loaded)) {
      readings[slot] = { fault: loaded };
      continue;
    }
    const fault = verifyPair(loaded, roots === undefined ? rules : { ...rules, roots }, now());
    readings[slot] = { pair: pairInfo(slot, loaded), ...(fault === undefined ? {} : { fault }) };
  }
  return readings;
}
