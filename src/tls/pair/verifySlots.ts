import type { TlsOptions } from "../TlsOptions.ts";
import { clientPath } from "./clientPath.ts";
import { isPair, type LoadedSlots } from "./loadSlots.ts";
import { pairInfo } from "./PairInfo.ts";
import { SLOTS, type Slot } from "./Slot.ts";
import type { SlotReading } from "./SlotReading.ts";
import { type PairRules, verifyPair } from "./verifyPair.ts";

/** The rules with the roots of `caFile`, which take precedence. */
export function rulesFor({ roots }: Pick<LoadedSlots, "roots">, rules: PairRules): PairRules {
  return roots === undefined ? rules : { ...rules, roots };
}

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
    const known = rulesFor({ roots }, rules);
    const at = now();
    const fault = verifyPair(loaded, known, at);
    readings[slot] = {
      pair: pairInfo(slot, loaded, clientPath(loaded, known, at)),
      ...(fault === undefined ? {} : { fault }),
    };
  }
  return readings;
}
