import type { PairInfo } from "../../../src/tls/pair/PairInfo.ts";
import type { Slot } from "../../../src/tls/pair/Slot.ts";
import type { SlotReading } from "../../../src/tls/pair/SlotReading.ts";
import { applyReadings } from "../../../src/tls/rotation/applyReadings.ts";
import {
  initialRotation,
  type Rotation,
  type RotationReadings,
  type RotationState,
} from "../../../src/tls/rotation/Rotation.ts";
import type { TlsFault } from "../../../src/tls/TlsError.ts";

/** In milliseconds since 1970. */
export const NOW = Date.parse("2026-01-01T00:00:00Z");
export const HOUR_MS = 3_600_000;

/** A pair that was valid from an hour ago and is valid for another hour. */
export const pair = (hash: string, more: Partial<PairInfo> = {}): PairInfo => ({
  slot: "main",
  hash,
  serial: hash,
  subject: "gate",
  notBefore: NOW - HOUR_MS,
  notAfter: NOW + HOUR_MS,
  ...more,
});
/** The certificate that is being served, in main. */
export const SERVING = pair("serving");
/** The same certificate after its end. */
export const EXPIRED = pair("serving", { notAfter: NOW - 1 });
export const NEW = pair("new");
export const STANDBY = pair("standby", { slot: "standby" });
/** Makes a pair start earlier than a backdated certificate that was issued after the serving one. */
export const OLDER = { notBefore: SERVING.notBefore - 48 * HOUR_MS - 1 };
/** A fault of files. */
export const MISMATCH: TlsFault = { code: "key-mismatch", message: "main.key: not of this certificate" };
/** A transient fault of a server outside this process. */
export const DOWN: TlsFault = { code: "target-down", message: "connection refused" };
/** The fault of a failed check. */
export const FAILED: TlsFault = { code: "handshake-failed", message: "another chain" };

/** The verification of the slots, in the phase verify since 40 ms. By default main has the serving certificate. */
export interface ReadingsCase {
  readonly serving?: PairInfo;
  readonly state?: Partial<RotationState>;
  readonly main?: SlotReading;
  readonly standby?: SlotReading;
  readonly event?: Partial<RotationReadings>;
}

/** The transition after the verification. */
export function apply({
  serving = SERVING,
  state = {},
  main = { pair: serving },
  standby,
  event = {},
}: ReadingsCase): Rotation {
  const before: RotationState = { ...initialRotation(serving, 0), phase: "verify", since: 60, preloadMs: 7, ...state };
  const slots = standby === undefined ? { main } : { main, standby };
  return applyReadings(before, { slots, renewing: false, allowOlder: false, ...event, at: 100, now: NOW });
}

/** A certificate that failed its check before. */
export const rejected = (slot: Slot, hash: string, fault = FAILED): Partial<RotationState> => ({
  rejected: { [slot]: { hash, fault } },
});
/** A certificate whose checks failed. By default the next attempt is later than the verification. */
export const tried = (hash: string, nextAt = 101): Partial<RotationState> => ({
  attempts: { [hash]: { hasFailedCheck: true, count: 1, nextAt } },
});
/** After SIGUSR2, which took the certificate `new` back. */
export const PINNED: Partial<RotationState> = { pinned: { main: "new", standby: "standby" } };
