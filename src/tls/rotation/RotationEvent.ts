import type { PairInfo } from "../pair/PairInfo.ts";
import type { TlsFault } from "../TlsError.ts";
import type { Slot } from "./chooseCertificate.ts";
import type { RotationCause } from "./RotationState.ts";

/** What a slot's files came to: a pair, a fault, or a pair that was loaded and is faulty. */
export interface SlotReading {
  readonly pair?: PairInfo;
  readonly fault?: TlsFault;
}

/** What a verification found. */
export interface RotationReadings {
  /** `standby` is left out where none is configured. */
  readonly slots: Readonly<Partial<Record<Slot, SlotReading>>>;
  readonly renewing: boolean;
  /** Whether a certificate may take the place of a younger one. */
  readonly allowOlder: boolean;
}

/** When it happened, in milliseconds: by a clock that never goes back, and since 1970. */
export interface RotationTime {
  readonly at: number;
  readonly now: number;
}

/** What happened. */
export type RotationEvent = RotationTime &
  (
    | { readonly type: "trigger"; readonly cause: Exclude<RotationCause, "SIGUSR2" | "start"> }
    | { readonly type: "back" }
    | { readonly type: "preloaded" }
    | ({ readonly type: "verified" } & RotationReadings)
    | { readonly type: "swapped"; readonly fault?: TlsFault | undefined }
    | { readonly type: "checked"; readonly fault?: TlsFault | undefined }
    | { readonly type: "cleaned-up" }
    /** `isProven`: whether the one that was put back is known to serve. */
    | { readonly type: "rolled-back"; readonly fault?: TlsFault | undefined; readonly isProven: boolean }
  );
