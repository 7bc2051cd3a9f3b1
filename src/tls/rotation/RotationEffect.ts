import type { PairInfo } from "../pair/PairInfo.ts";
import type { TlsFault } from "../TlsError.ts";
import type { Slot } from "./chooseCertificate.ts";
import type { RotationCause, RotationPhase } from "./RotationState.ts";

/**
 * How a rotation ended. `confirmed` and `not-confirmed` are of one to the certificate that was taken to serve already, by a
 * server outside of this process.
 */
export type RotationResult = "switched" | "taken-back" | "rolled-back" | "swap-failed" | "confirmed" | "not-confirmed";

/** What is to be done: work, which answers with an event, and news. */
export type RotationEffect =
  /** Answered by `preloaded`. */
  | { readonly type: "preload" }
  /** Answered by `verified`. */
  | { readonly type: "verify" }
  /** Answered by `swapped`. */
  | { readonly type: "swap"; readonly pair: PairInfo }
  /** Answered by `checked`. */
  | { readonly type: "check"; readonly pair: PairInfo }
  /** Old connections are to be drained. Answered by `cleaned-up`. */
  | { readonly type: "clean-up"; readonly old: PairInfo }
  /** Answered by `rolled-back`. */
  | { readonly type: "roll-back"; readonly pair: PairInfo }
  /** A phase is over; `isQuiet` where it led to nothing, as most polls do. */
  | {
      readonly type: "phase-over";
      readonly phase: RotationPhase;
      readonly milliseconds: number;
      readonly fault: TlsFault | undefined;
      readonly cause: RotationCause;
      readonly isQuiet: boolean;
    }
  | {
      readonly type: "rotated";
      readonly result: RotationResult;
      readonly from: PairInfo;
      readonly to: PairInfo;
      readonly fault: TlsFault | undefined;
    }
  /** Counted each time; to be said only where it is new. */
  | { readonly type: "fault"; readonly slot: Slot; readonly fault: TlsFault; readonly isNew: boolean }
  | { readonly type: "recovered"; readonly slot: Slot }
  | { readonly type: "not-taken-back"; readonly why: string };
