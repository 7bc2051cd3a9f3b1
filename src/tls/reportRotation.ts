import type { PairInfo } from "./pair/PairInfo.ts";
import type { RotationEffect } from "./rotation/Rotation.ts";
import type { TlsOptions } from "./TlsOptions.ts";

/** Writes the reports of a rotation to log and metrics. Ignores effects that are work. */
export function reportRotation(
  effect: RotationEffect,
  { log, metrics, now }: Pick<TlsOptions, "log" | "metrics" | "now">,
): void {
  switch (effect.type) {
    case "phase-ended": {
      const { phase, durationMs, cause, fault, isQuiet } = effect;
      metrics.observePhase(phase, durationMs);
      if (!isQuiet)
        log.info("certificate rotation", {
          phase,
          cause,
          milliseconds: Math.round(durationMs * 1000) / 1000,
          ...(fault === undefined ? {} : { code: fault.code }),
        });
      return;
    }
    case "rotated": {
      const { result, from, to, fault } = effect;
      metrics.countRotation(result, now());
      const facts = { result, from: factsOf(from), to: factsOf(to) };
      if (fault === undefined)
        log.info(result === "confirmed" ? "certificate confirmed" : "certificate switched", facts);
      else log.error("certificate not switched", { ...facts, code: fault.code, fault: fault.message });
      return;
    }
    case "fault":
      metrics.countFault(effect.slot, effect.fault.code);
      metrics.setSlotFaulty(effect.slot, true);
      if (effect.isNew)
        log.error("certificate not served", {
          slot: effect.slot,
          code: effect.fault.code,
          fault: effect.fault.message,
        });
      return;
    case "recovered":
      metrics.setSlotFaulty(effect.slot, false);
      log.info("certificate can be served again", { slot: effect.slot });
      return;
    case "not-taken-back":
      log.warn("certificate not taken back", { reason: effect.reason });
      return;
    case "preload":
    case "verify":
    case "swap":
    case "check":
    case "look":
    case "clean-up":
    case "roll-back":
      return;
  }
}

function factsOf({ slot, serial, hash, notAfter }: PairInfo): Record<string, string> {
  return { slot, serial, hash, notAfter: new Date(notAfter).toISOString() };
}
