import type { PairInfo } from "../pair/PairInfo.ts";
import type { TlsFault } from "../TlsError.ts";
import { afterFailedCheck, afterFailedReload, startAgain } from "./Attempts.ts";
import { applyCheck } from "./applyCheck.ts";
import { applyReadings } from "./applyReadings.ts";
import { confirm } from "./confirm.ts";
import {
  isTransient,
  phaseEnded,
  type Rotation,
  type RotationCause,
  type RotationEffect,
  type RotationEvent,
  type RotationState,
  type RotationTime,
  steady,
} from "./Rotation.ts";
import { reject } from "./reject.ts";

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
 * | verify | verified, a new certificate is chosen, or an unconfirmed one is tried (see `chooseStep`) | swap | phase-ended, faults, swap |
 * | verify | verified, an unconfirmed certificate is not tried | look | phase-ended, faults, look |
 * | verify | verified, otherwise | steady | phase-ended, faults |
 * | swap | swapped | check | phase-ended, check |
 * | swap | swapped with a transient fault | steady | phase-ended, fault; the next read tries again, after a failed reload with growing pauses |
 * | swap | swapped with another fault | steady | phase-ended, rotated (swap-failed); the certificate is refused |
 * | check | checked | clean-up | phase-ended, recovered, rotated (switched, confirmed, taken-back), clean-up |
 * | check | checked with a fault, a new certificate, the serving one is better (see `isRollBackBetter`) | roll-back | phase-ended, roll-back; it is refused |
 * | check | checked with a fault, a new certificate, the serving one is no better | clean-up | phase-ended, rotated (not-confirmed), clean-up; it stays, unconfirmed |
 * | check | checked with a fault, the serving certificate | steady | phase-ended, rotated (not-confirmed); tried twice more, with growing pauses |
 * | look | looked, it is served | steady | phase-ended, recovered, rotated (confirmed) |
 * | look | looked, otherwise | steady | phase-ended, quiet |
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
      return state.phase === "check" ? next(applyCheck(state, event), event) : { state, effects: [] };
    case "looked":
      return state.phase === "look" ? next(onLooked(state, event), event) : { state, effects: [] };
    case "cleaned-up":
      if (state.phase !== "clean-up") break;
      return next({ state: steady(state, event.at), effects: [phaseEnded(state, event.at)] }, event);
    case "rolled-back":
      return state.phase === "roll-back" ? onRolledBack(state, event) : { state, effects: [] };
  }
  return { state, effects: [] };
}

function queue(state: RotationState, cause: RotationCause): Rotation {
  // A poll does not displace a signal.
  const queued =
    state.queued === "SIGUSR2" || (state.queued === "SIGHUP" && cause !== "SIGUSR2") ? state.queued : cause;
  return { state: { ...state, queued }, effects: [] };
}

/** SIGHUP forgets refused certificates and pins: every certificate is tried again, without a pause. */
function withCause(state: RotationState, cause: RotationCause): RotationState {
  if (cause !== "SIGHUP") return { ...state, cause };
  return { ...state, cause, rejected: {}, pinned: undefined, attempts: startAgain(state.attempts) };
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

function onSwapped(
  state: RotationState,
  { at, now, fault, isReloadFailed }: Extract<RotationEvent, { type: "swapped" }>,
): Rotation {
  const { candidate, serving } = state;
  if (candidate === undefined) return { state: steady(state, at), effects: [] };
  if (fault === undefined)
    return {
      state: { ...state, phase: "check", since: at },
      effects: [phaseEnded(state, at), { type: "check", pair: candidate }],
    };
  if (isTransient(fault) && state.cause !== "SIGUSR2") {
    const { attempts } = state;
    const tried = isReloadFailed === true ? afterFailedReload(attempts[candidate.hash], at) : undefined;
    const known = tried === undefined ? state : { ...state, attempts: { ...attempts, [candidate.hash]: tried } };
    return onUnreachable(known, candidate, fault, { at, now });
  }
  // The old certificate never stopped serving, so that no roll-back is needed.
  const rotated: RotationEffect = { type: "rotated", result: "swap-failed", from: serving, to: candidate, fault };
  const refused = reject(steady(state, at), candidate, fault, { at, now });
  return next({ state: refused, effects: [phaseEnded(state, at, fault), rotated] }, { at, now });
}

/** The certificate is not refused: a later read tries again. */
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

function onLooked(state: RotationState, { at, isServed }: Extract<RotationEvent, { type: "looked" }>): Rotation {
  const { candidate, serving } = state;
  if (candidate === undefined || !isServed)
    return { state: steady(state, at), effects: [{ ...phaseEnded(state, at), isQuiet: true }] };
  const confirmed = confirm(state, candidate);
  const rotated: RotationEffect = {
    type: "rotated",
    result: "confirmed",
    from: serving,
    to: candidate,
    fault: undefined,
  };
  return { state: steady(confirmed.state, at), effects: [phaseEnded(state, at), ...confirmed.effects, rotated] };
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
  const attempts =
    fault === undefined
      ? state.attempts
      : { ...state.attempts, [stays.hash]: afterFailedCheck(state.attempts[stays.hash], at) };
  const isKnown = fault === undefined && isConfirmed;
  return next(
    { state: { ...steady(state, at), serving: stays, isConfirmed: isKnown, attempts }, effects },
    { at, now },
  );
}
