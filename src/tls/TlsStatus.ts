import { SLOTS, type Slot } from "./rotation/chooseCertificate.ts";
import type { RotationState } from "./rotation/RotationState.ts";
import type { TlsFault } from "./TlsError.ts";

/** How the serving certificate stands. */
export interface TlsStatus {
  /** What serves is in its time. With it, bad files alone make no server unready: it serves the last good pair. */
  readonly isReady: boolean;
  readonly slot: Slot;
  readonly serial: string;
  /** ISO 8601. */
  readonly notAfter: string;
  readonly faults: readonly (TlsFault & { readonly slot: Slot })[];
}

/** The status of a rotation at a time, in milliseconds since 1970. */
export function tlsStatus({ serving, faults }: Pick<RotationState, "serving" | "faults">, now: number): TlsStatus {
  return {
    isReady: now >= serving.notBefore && now <= serving.notAfter,
    slot: serving.slot,
    serial: serving.serial,
    notAfter: new Date(serving.notAfter).toISOString(),
    faults: SLOTS.flatMap((slot) => {
      const fault = faults[slot];
      return fault === undefined ? [] : [{ slot, ...fault }];
    }),
  };
}
