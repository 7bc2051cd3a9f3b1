import { SLOTS, type Slot } from "./pair/Slot.ts";
import type { RotationState } from "./rotation/Rotation.ts";
import type { TlsFault } from "./TlsError.ts";

/** Status of the serving certificate. */
export interface TlsStatus {
  /** Whether the serving certificate is within its dates. Bad files do not make a server unready: it serves the last good pair. */
  readonly isReady: boolean;
  readonly slot: Slot;
  readonly serial: string;
  /** ISO 8601. */
  readonly notAfter: string;
  readonly faults: readonly (TlsFault & { readonly slot: Slot })[];
}

/** The status of a rotation. `now` in milliseconds since 1970. */
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
