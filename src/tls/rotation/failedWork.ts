import type { TlsFault } from "../TlsError.ts";
import type { RotationEffect, UntimedEvent } from "./Rotation.ts";

/**
 * The event that answers work which has thrown: the system has no memory or files left, or a bug. Without an answer the
 * rotation would stay in its phase, and no other certificate would ever be served. Undefined for an effect that is no work.
 */
export function failedWork(effect: RotationEffect): UntimedEvent | undefined {
  switch (effect.type) {
    case "preload":
      // With what was read before.
      return { type: "preloaded" };
    case "verify":
      return {
        type: "verified",
        slots: { main: { fault: { code: "unreadable", message: "the certificate cannot be verified" } } },
        renewing: false,
        allowOlder: false,
      };
    case "swap":
      // Says nothing about the certificate, and is tried again.
      return { type: "swapped", fault: faultOf("not-written", effect.pair), isReloadFailed: true };
    case "check":
      return { type: "checked", fault: faultOf("handshake-failed", effect.pair) };
    case "look":
      return { type: "looked", isServed: false };
    case "clean-up":
      return { type: "cleaned-up" };
    case "roll-back":
      return { type: "rolled-back", fault: faultOf("swap-failed", effect.pair), isConfirmed: false };
    case "phase-ended":
    case "rotated":
    case "fault":
    case "recovered":
    case "not-taken-back":
      return undefined;
  }
}

function faultOf(code: TlsFault["code"], { serial }: { readonly serial: string }): TlsFault {
  return { code, message: `serial ${serial}: the process could not do it; its log has the error` };
}
