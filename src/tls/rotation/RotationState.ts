import type { PairInfo } from "../pair/PairInfo.ts";
import type { TlsFault } from "../TlsError.ts";
import type { Slot } from "./chooseCertificate.ts";

/** Where a rotation is. */
export type RotationPhase = "steady" | "preload" | "verify" | "swap" | "check" | "clean-up" | "roll-back";

/** What made it look, or act. */
export type RotationCause = "start" | "watch" | "poll" | "SIGHUP" | "SIGUSR2";

/** All that the rotation remembers. `since` and `preloadMs` are by a clock that never goes back. */
export interface RotationState {
  readonly phase: RotationPhase;
  readonly since: number;
  readonly cause: RotationCause;
  /** What handshakes get, but for the phases between a swap and its check. */
  readonly serving: PairInfo;
  /** Whether it is known to: not so of a server outside of this process that has yet to be asked, or told. */
  readonly isProven: boolean;
  /** The good pair before that one, for SIGUSR2. */
  readonly previous: PairInfo | undefined;
  /** What is being put in its place. */
  readonly candidate: PairInfo | undefined;
  /** Hashes that failed their check or were taken back by hand: not tried again until the slot has another. */
  readonly refused: Readonly<Partial<Record<Slot, { readonly hash: string; readonly fault: TlsFault }>>>;
  /** After SIGUSR2: the hashes that the slots had. What serves is kept until one of them changes. */
  readonly pinned: Readonly<Partial<Record<Slot, string>>> | undefined;
  /** The hash that each slot last had. */
  readonly seen: Readonly<Partial<Record<Slot, string>>>;
  /** What stands against each slot, as it was last said. */
  readonly faults: Readonly<Partial<Record<Slot, TlsFault>>>;
  /** What came while it was busy. */
  readonly queued: RotationCause | undefined;
  readonly preloadMs: number;
}

/** The state of a server that has just begun to serve; or, not proven, of one that may have. */
export function initialRotation(serving: PairInfo, at: number, isProven = true): RotationState {
  return {
    phase: "steady",
    since: at,
    cause: "start",
    serving,
    isProven,
    previous: undefined,
    candidate: undefined,
    refused: {},
    pinned: undefined,
    seen: { [serving.slot]: serving.hash },
    faults: {},
    queued: undefined,
    preloadMs: 0,
  };
}
