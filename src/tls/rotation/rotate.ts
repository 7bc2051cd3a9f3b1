import type { PairInfo } from "../pair/PairInfo.ts";
import type { TlsFault } from "../TlsError.ts";
import { applyReadings } from "./applyReadings.ts";
import {
  isTransient,
  type Rotation,
  type RotationCause,
  type RotationEffect,
  type RotationEvent,
  type RotationState,
  type RotationTime,
} from "./Rotation.ts";

/**
 * The rotation of a serving certificate, as a pure state machine. Events that the phase does not await change nothing.
 *
 * | phase | event | next phase | effects |
 * |---|---|---|---|
 * | steady | trigger | preload | preload |
 * | steady | take-back, the previous certificate is valid | swap | swap to the previous certificate |
 * | steady | take-back, otherwise | steady | not-taken-back |
 * | any other | trigger, take-back | the same | none; the event is queued |
 * | preload | preloaded | verify | verify |
 * | verify | verified, a new or unconfirmed certificate is chosen | swap | phase-ended, faults, swap |
 * | verify | verified, otherwise | steady | phase-ended, faults |
 * | swap | swapped | check | phase-ended, check |
 * | swap | swapped with a transient fault | steady | phase-ended, fault; the next read tries again |
 * | swap | swapped with another fault | steady | phase-ended, rotated (swap-failed); the certificate is refused |
 * | check | checked | clean-up | phase-ended, recovered, rotated (switched, confirmed, taken-back), clean-up |
 * | check | checked with a fault, the certificate is a new one | roll-back | phase-ended, roll-back; it is refused |
 * | check | checked with a fault, it was assumed to serve already | steady | phase-ended, rotated (not-confirmed) |
 * | clean-up | cleaned-up | steady | phase-ended |
 * | roll-back | rolled-back | steady | phase-ended, rotated (rolled-back) |
 *
 * A return to `steady` continues with the queued event.
 */
export function rotate(state: RotationState, event: RotationEvent): Rotation {
  switch (event.type) {
    case "trigger":
      return state.phase === "steady" ? begin(withCause(state, event.cause), event) : queue(state, event.cause);
    case "take-back":
      return state.phase === "steady" ? takeBack(state, event) : queue(state, "SIGUSR2");
    case "preloaded":
      if (state.phase !== "preload") break;
      return {
        state: { ...state, phase: "verify", since: event.at, preloadMs: event.at - state.since },
        effects: [{ type: "verify" }],
      };
    case "verified":
      return state.phase === "verify" ? next(applyReadings(state, event), event) : { state, effects: [] };
    case "swapped":
      return state.phase === "swap" ? onSwapped(state, event) : { state, effects: [] };
    case "checked":
      return state.phase === "check" ? onChecked(state, event) : { state, effects: [] };
    case "cleaned-up":
      if (state.phase !== "clean-up") break;
      return next({ state: steady(state, event.at), effects: [phaseEnded(state, event.at)] }, event);
    case "rolled-back":
      return state.phase === "roll-back" ? onRolledBack(state, event) : { state, effects: [] };
  }
  return { state, effects: [] };
}

type Outcome = RotationTime & { readonly fault?: TlsFault | undefined };

function queue(state: RotationState, cause: RotationCause): Rotation {
  // A poll does not displace a signal.
  const queued =
    state.queued === "SIGUSR2" || (state.queued === "SIGHUP" && cause !== "SIGUSR2") ? state.queued : cause;
  return { state: { ...state, queued }, effects: [] };
}

/** SIGHUP forgets refused certificates and pins: every certificate is tried again. */
function withCause(state: RotationState, cause: RotationCause): RotationState {
  return cause === "SIGHUP" ? { ...state, cause, rejected: {}, pinned: undefined } : { ...state, cause };
}

function begin(state: RotationState, { at }: RotationTime): Rotation {
  return { state: { ...state, phase: "preload", since: at }, effects: [{ type: "preload" }] };
}

/** Continues with the queued event. */
function next(rotation: Rotation, time: RotationTime): Rotation {
  const { state, effects } = rotation;
  if (state.phase !== "steady" || state.queued === undefined) return rotation;
  const free: RotationState = { ...state, queued: undefined };
  const more = state.queued === "SIGUSR2" ? takeBack(free, time) : begin(withCause(free, state.queued), time);
  return { state: more.state, effects: [...effects, ...more.effects] };
}

function takeBack(state: RotationState, { at, now }: RotationTime): Rotation {
  const { previous, serving } = state;
  const notTakenBack = (reason: string): Rotation => ({ state, effects: [{ type: "not-taken-back", reason }] });
  if (previous === undefined) return notTakenBack("there is no previous certificate");
  if (now > previous.notAfter)
    return notTakenBack(`the previous certificate expired at ${new Date(previous.notAfter).toISOString()}`);
  const fault: TlsFault = { code: "taken-back", message: `serial ${serving.serial} was taken back by SIGUSR2` };
  return {
    state: {
      ...state,
      phase: "swap",
      since: at,
      cause: "SIGUSR2",
      candidate: previous,
      rejected: { ...state.rejected, [serving.slot]: { hash: serving.hash, fault } },
      pinned: state.seen,
    },
    effects: [{ type: "swap", pair: previous }],
  };
}

function onSwapped(state: RotationState, { at, now, fault }: Outcome): Rotation {
  const { candidate, serving } = state;
  if (candidate === undefined) return { state: steady(state, at), effects: [] };
  if (fault === undefined)
    return {
      state: { ...state, phase: "check", since: at },
      effects: [phaseEnded(state, at), { type: "check", pair: candidate }],
    };
  if (isTransient(fault) && state.cause !== "SIGUSR2") return onUnreachable(state, candidate, fault, { at, now });
  // The old certificate never stopped serving, so that no roll-back is needed.
  const rotated: RotationEffect = { type: "rotated", result: "swap-failed", from: serving, to: candidate, fault };
  return next(
    { state: reject(steady(state, at), candidate, fault), effects: [phaseEnded(state, at, fault), rotated] },
    { at, now },
  );
}

/** The certificate is not refused: the next read tries again. */
function onUnreachable(state: RotationState, { slot }: PairInfo, fault: TlsFault, time: RotationTime): Rotation {
  const before = state.faults[slot];
  const isNew = before?.code !== fault.code || before.message !== fault.message;
  return next(
    {
      state: { ...steady(state, time.at), faults: { ...state.faults, [slot]: fault } },
      effects: [
        { ...phaseEnded(state, time.at, fault), isQuiet: !isNew },
        { type: "fault", slot, fault, isNew },
      ],
    },
    time,
  );
}

function onChecked(state: RotationState, { at, now, fault }: Outcome): Rotation {
  const { candidate, serving, cause } = state;
  if (candidate === undefined) return { state: steady(state, at), effects: [] };
  const isSame = candidate.hash === serving.hash;
  if (fault !== undefined && isSame) {
    // There is no other certificate to roll back to.
    const rotated: RotationEffect = { type: "rotated", result: "not-confirmed", from: serving, to: candidate, fault };
    return next(
      { state: reject(steady(state, at), candidate, fault), effects: [phaseEnded(state, at, fault), rotated] },
      { at, now },
    );
  }
  if (fault !== undefined)
    return {
      state: { ...reject(state, candidate, fault), phase: "roll-back", since: at },
      effects: [phaseEnded(state, at, fault), { type: "roll-back", pair: serving }],
    };
  const result = cause === "SIGUSR2" ? "taken-back" : isSame ? "confirmed" : "switched";
  const { [candidate.slot]: before, ...others } = state.faults;
  const wasUnreachable = before !== undefined && isTransient(before);
  return {
    state: {
      ...state,
      phase: "clean-up",
      since: at,
      serving: candidate,
      isConfirmed: true,
      // A second SIGUSR2 does not bring back the certificate that the first one took back.
      previous: cause === "SIGUSR2" ? undefined : isSame ? state.previous : serving,
      candidate: undefined,
      faults: wasUnreachable ? others : state.faults,
    },
    effects: [
      phaseEnded(state, at),
      ...(wasUnreachable ? [{ type: "recovered", slot: candidate.slot } as const] : []),
      { type: "rotated", result, from: serving, to: candidate, fault: undefined },
      { type: "clean-up", old: serving },
    ],
  };
}

function onRolledBack(
  state: RotationState,
  { at, now, fault, isConfirmed }: Extract<RotationEvent, { type: "rolled-back" }>,
): Rotation {
  const { candidate, serving } = state;
  if (candidate === undefined) return { state: steady(state, at), effects: [] };
  // When the old certificate cannot be restored, the new one stays and is reported as serving.
  const stays = fault === undefined ? serving : candidate;
  const checkFault = state.rejected[candidate.slot]?.fault;
  const effects: RotationEffect[] = [
    phaseEnded(state, at, fault),
    { type: "rotated", result: "rolled-back", from: candidate, to: stays, fault: fault ?? checkFault },
  ];
  return next({ state: { ...steady(state, at), serving: stays, isConfirmed }, effects }, { at, now });
}

/** Records why a pair was not kept. The caller reports the fault, so that the next read does not report it again. */
function reject(state: RotationState, pair: PairInfo, fault: TlsFault): RotationState {
  const { rejected, faults, serving } = state;
  if (state.cause !== "SIGUSR2")
    return {
      ...state,
      rejected: { ...rejected, [pair.slot]: { hash: pair.hash, fault } },
      faults: { ...faults, [pair.slot]: fault },
    };
  // The previous certificate could not be restored, so that the serving one is not taken back.
  const { [serving.slot]: _, ...others } = rejected;
  return { ...state, rejected: others, pinned: undefined, previous: undefined };
}

function steady(state: RotationState, at: number): RotationState {
  return { ...state, phase: "steady", since: at, candidate: undefined };
}

function phaseEnded(
  { phase, since, cause }: RotationState,
  at: number,
  fault?: TlsFault,
): Extract<RotationEffect, { type: "phase-ended" }> {
  return { type: "phase-ended", phase, durationMs: at - since, fault, cause, isQuiet: false };
}
