import type { PairInfo } from "./pair/PairInfo.ts";
import type { RotationEffect } from "./rotation/RotationEffect.ts";
import type { TlsOptions } from "./TlsOptions.ts";

/** Tells log and metrics of a rotation's news. Effects that are work tell nothing. */
export function reportRotation(
  effect: RotationEffect,
  { log, metrics, now }: Pick<TlsOptions, "log" | "metrics" | "now">,
): void {
  switch (effect.type) {
    case "phase-over": {
      const { phase, milliseconds, cause, fault, isQuiet } = effect;
      metrics.phaseTook(phase, milliseconds);
      if (!isQuiet)
        log.info("certificate rotation", {
          phase,
          cause,
          milliseconds: Math.round(milliseconds * 1000) / 1000,
          ...(fault === undefined ? {} : { code: fault.code }),
        });
      return;
    }
    case "rotated": {
      const { result, from, to, fault } = effect;
      metrics.rotated(result, now());
      const facts = { result, from: factsOf(from), to: factsOf(to) };
      if (fault === undefined)
        log.info(result === "confirmed" ? "certificate confirmed" : "certificate switched", facts);
      else log.error("certificate not switched", { ...facts, code: fault.code, fault: fault.message });
      return;
    }
    case "fault":
      metrics.fault(effect.slot, effect.fault.code);
      metrics.slotIs(effect.slot, true);
      if (effect.isNew)
        log.error("certificate not served", {
          slot: effect.slot,
          code: effect.fault.code,
          fault: effect.fault.message,
        });
      return;
    case "recovered":
      metrics.slotIs(effect.slot, false);
      log.info("certificate can be served again", { slot: effect.slot });
      return;
    case "not-taken-back":
      log.warn("certificate not taken back", { why: effect.why });
      return;
    case "preload":
    case "verify":
    case "swap":
    case "check":
    case "clean-up":
    case "roll-back":
      return;
  }
}

function factsOf({ slot, serial, hash, notAfter }: PairInfo): Record<string, string> {
  return { slot, serial, hash, notAfter: new Date(notAfter).toISOString() };
}
