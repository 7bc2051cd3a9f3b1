import { endOfUse, type PairInfo } from "../pair/PairInfo.ts";
import type { Slot } from "../pair/Slot.ts";
import type { SlotReading } from "../pair/SlotReading.ts";
import type { TlsFault } from "../TlsError.ts";
import type { Attempts } from "./Attempts.ts";

/** Phases of a rotation. `rotate` holds the table of transitions. */
export type RotationPhase = "steady" | "preload" | "verify" | "swap" | "check" | "look" | "clean-up" | "roll-back";

/** The trigger of a rotation. `SIGUSR2` takes the current certificate back. */
export type RotationCause = "start" | "watch" | "poll" | "SIGHUP" | "SIGUSR2";

/**
 * Result of a rotation that reached its swap. `confirmed`: a check has confirmed the serving certificate afterwards.
 * `not-confirmed`: the certificate failed its check and stays, because the previous one is the same, or no better.
 */
export type RotationResult = "switched" | "taken-back" | "rolled-back" | "swap-failed" | "confirmed" | "not-confirmed";

/** A certificate in a slot that is not tried again. */
export interface Rejection {
  readonly hash: string;
  readonly fault: TlsFault;
  /** Whether the serving certificate had already ended. Earlier rejections are forgotten at its end. */
  readonly isAfterEnd?: boolean;
}

/** State of a rotation. */
export interface RotationState {
  readonly phase: RotationPhase;
  /** Start of the phase, on a monotonic clock in milliseconds. */
  readonly since: number;
  readonly cause: RotationCause;
  /** The certificate in handshakes, except between a swap and the end of its check. */
  readonly serving: PairInfo;
  /**
   * Whether a check has confirmed that the server serves it. False for a server outside this process at the start, and for a
   * certificate that stays although its check failed.
   */
  readonly isConfirmed: boolean;
  /** The good certificate before `serving`, for SIGUSR2. */
  readonly previous: PairInfo | undefined;
  /** The certificate that is about to replace `serving`. */
  readonly candidate: PairInfo | undefined;
  /** Certificates that failed, or were taken back. Not tried again until the slot holds another one. */
  readonly rejected: Readonly<Partial<Record<Slot, Rejection>>>;
  /** Failed attempts by the hash of the certificate. */
  readonly attempts: Readonly<Record<string, Attempts>>;
  /** After SIGUSR2: the hashes in the slots at that time. `serving` stays until one of them changes. */
  readonly pinned: Readonly<Partial<Record<Slot, string>>> | undefined;
  /** The last hash in each slot. */
  readonly seen: Readonly<Partial<Record<Slot, string>>>;
  /** The last reported fault of each slot. */
  readonly faults: Readonly<Partial<Record<Slot, TlsFault>>>;
  /** The trigger that arrived during the current rotation. */
  readonly queued: RotationCause | undefined;
  /** Duration of the last preload, which is reported after verify. */
  readonly preloadMs: number;
}

/** The time of an event. */
export interface RotationTime {
  /** In milliseconds on a monotonic clock. */
  readonly at: number;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** Results of a verification. */
export interface RotationReadings {
  /** `standby` is absent when it is not configured. */
  readonly slots: Readonly<Partial<Record<Slot, SlotReading>>>;
  /** Whether the main certificate is being renewed. */
  readonly renewing: boolean;
  /** Whether a certificate may replace a younger one. */
  readonly allowOlder: boolean;
}

/** Input of a rotation: a trigger, or the answer to an effect. */
export type RotationEvent = RotationTime &
  (
    | { readonly type: "trigger"; readonly cause: Exclude<RotationCause, "SIGUSR2" | "start"> }
    | { readonly type: "take-back" }
    | { readonly type: "preloaded" }
    | ({ readonly type: "verified" } & RotationReadings)
    /** `isReloadFailed`: the server was told to reload, which failed. The next attempt follows after a pause. */
    | { readonly type: "swapped"; readonly fault?: TlsFault | undefined; readonly isReloadFailed?: boolean }
    | { readonly type: "checked"; readonly fault?: TlsFault | undefined }
    | { readonly type: "looked"; readonly isServed: boolean }
    | { readonly type: "cleaned-up" }
    /** `isConfirmed`: whether the restored certificate is known to serve. */
    | { readonly type: "rolled-back"; readonly fault?: TlsFault | undefined; readonly isConfirmed: boolean }
  );

/** An event without its time. */
export type UntimedEvent = RotationEvent extends infer Event
  ? Event extends RotationTime
    ? Omit<Event, keyof RotationTime>
    : never
  : never;

/** Output of a rotation: work, which is answered by an event, and reports for log and metrics. */
export type RotationEffect =
  /** Read the files. Answered by `preloaded`. */
  | { readonly type: "preload" }
  /** Verify what was read. Answered by `verified`. */
  | { readonly type: "verify" }
  /** Answered by `swapped`. */
  | { readonly type: "swap"; readonly pair: PairInfo }
  /** Answered by `checked`. */
  | { readonly type: "check"; readonly pair: PairInfo }
  /** See whether the server serves it by now, without a reload. Answered by `looked`. */
  | { readonly type: "look"; readonly pair: PairInfo }
  /** Drain the connections of the old certificate. Answered by `cleaned-up`. */
  | { readonly type: "clean-up"; readonly old: PairInfo }
  /** Answered by `rolled-back`. */
  | { readonly type: "roll-back"; readonly pair: PairInfo }
  /** `isQuiet` marks a phase without any change, such as that of most polls. */
  | {
      readonly type: "phase-ended";
      readonly phase: RotationPhase;
      readonly durationMs: number;
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
  /** Counted each time, logged only when new. */
  | { readonly type: "fault"; readonly slot: Slot; readonly fault: TlsFault; readonly isNew: boolean }
  | { readonly type: "recovered"; readonly slot: Slot }
  | { readonly type: "not-taken-back"; readonly reason: string };

/** The state after an event, and the effects to carry out. */
export interface Rotation {
  readonly state: RotationState;
  readonly effects: readonly RotationEffect[];
}

/** The state of a server that serves `serving`, or, with `isConfirmed` false, is assumed to. `at` is monotonic. */
export function initialRotation(serving: PairInfo, at: number, isConfirmed = true): RotationState {
  return {
    phase: "steady",
    since: at,
    cause: "start",
    serving,
    isConfirmed,
    previous: undefined,
    candidate: undefined,
    rejected: {},
    attempts: {},
    pinned: undefined,
    seen: { [serving.slot]: serving.hash },
    faults: {},
    queued: undefined,
    preloadMs: 0,
  };
}

/** The state between two rotations. */
export function steady(state: RotationState, at: number): RotationState {
  return { ...state, phase: "steady", since: at, candidate: undefined };
}

/** The report of the current phase, which ends now. */
export function phaseEnded(
  { phase, since, cause }: RotationState,
  at: number,
  fault?: TlsFault,
): Extract<RotationEffect, { type: "phase-ended" }> {
  return { type: "phase-ended", phase, durationMs: at - since, fault, cause, isQuiet: false };
}

/** Whether a fault says nothing about the certificate. Such a swap is tried again at each read, and reported once. */
export function isTransient({ code }: Pick<TlsFault, "code">): boolean {
  return code === "target-down" || code === "not-written";
}

/** When a rotation must start without a trigger: shortly before the certificate ends, and after it. Milliseconds since 1970. */
export function nextCheckAt({ serving }: Pick<RotationState, "serving">, now: number): number {
  const beforeEnd = endOfUse(serving);
  return now < beforeEnd ? beforeEnd : serving.notAfter + 1;
}
