import type { PairInfo } from "../pair/PairInfo.ts";
import type { TlsFault } from "../TlsError.ts";
import { isTransient } from "./isTransient.ts";
import type { Rotation } from "./Rotation.ts";
import type { RotationEffect } from "./RotationEffect.ts";
import type { RotationEvent, RotationTime } from "./RotationEvent.ts";
import type { RotationCause, RotationState } from "./RotationState.ts";
import { settleReadings } from "./settleReadings.ts";

/**
 * The rotation of a serving certificate: preload -> verify -> (stop | swap) -> check -> clean-up | roll-back. Pure. One
 * rotation at a time: what comes meanwhile is done after it. An event that the phase does not await changes nothing.
 */
export function rotate(state: RotationState, event: RotationEvent): Rotation {
  switch (event.type) {
    case "trigger":
      return state.phase === "steady" ? begin(retold(state, event.cause), event) : queue(state, event.cause);
    case "back":
      return state.phase === "steady" ? takeBack(state, event) : queue(state, "SIGUSR2");
    case "preloaded":
      if (state.phase !== "preload") break;
      return {
        state: { ...state, phase: "verify", since: event.at, preloadMs: event.at - state.since },
        effects: [{ type: "verify" }],
      };
    case "verified":
      return state.phase === "verify" ? next(settleReadings(state, event), event) : { state, effects: [] };
    case "swapped":
      return state.phase === "swap" ? onSwapped(state, event) : { state, effects: [] };
    case "checked":
      return state.phase === "check" ? onChecked(state, event) : { state, effects: [] };
    case "cleaned-up":
      if (state.phase !== "clean-up") break;
      return next({ state: steady(state, event.at), effects: [over(state, event.at)] }, event);
    case "rolled-back":
      return state.phase === "roll-back" ? onRolledBack(state, event) : { state, effects: [] };
  }
  return { state, effects: [] };
}

type Outcome = RotationTime & { readonly fault?: TlsFault | undefined };

function queue(state: RotationState, cause: RotationCause): Rotation {
  // A word by hand is not pushed out by a poll.
  const queued =
    state.queued === "SIGUSR2" || (state.queued === "SIGHUP" && cause !== "SIGUSR2") ? state.queued : cause;
  return { state: { ...state, queued }, effects: [] };
}

/** SIGHUP says: try again, whatever was refused. */
function retold(state: RotationState, cause: RotationCause): RotationState {
  return cause === "SIGHUP" ? { ...state, cause, refused: {}, pinned: undefined } : { ...state, cause };
}

function begin(state: RotationState, { at }: RotationTime): Rotation {
  return { state: { ...state, phase: "preload", since: at }, effects: [{ type: "preload" }] };
}

/** Goes on with what was queued. */
function next(rotation: Rotation, time: RotationTime): Rotation {
  const { state, effects } = rotation;
  if (state.phase !== "steady" || state.queued === undefined) return rotation;
  const free: RotationState = { ...state, queued: undefined };
  const more = state.queued === "SIGUSR2" ? takeBack(free, time) : begin(retold(free, state.queued), time);
  return { state: more.state, effects: [...effects, ...more.effects] };
}

function takeBack(state: RotationState, { at, now }: RotationTime): Rotation {
  const { previous, serving } = state;
  const why =
    previous === undefined
      ? "there is no previous certificate to go back to"
      : now > previous.notAfter
        ? `the previous certificate ended at ${new Date(previous.notAfter).toISOString()}`
        : undefined;
  if (why !== undefined || previous === undefined)
    return { state, effects: [{ type: "not-taken-back", why: why ?? "" }] };
  const fault: TlsFault = { code: "taken-back", message: `serial ${serving.serial} was taken back by SIGUSR2` };
  return {
    state: {
      ...state,
      phase: "swap",
      since: at,
      cause: "SIGUSR2",
      candidate: previous,
      refused: { ...state.refused, [serving.slot]: { hash: serving.hash, fault } },
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
      effects: [over(state, at), { type: "check", pair: candidate }],
    };
  if (isTransient(fault) && state.cause !== "SIGUSR2") return onUntold(state, candidate, fault, { at, now });
  // A context that cannot be made takes nobody's place: the old one never stopped serving.
  const stopped = refuse(steady(state, at), candidate, fault);
  return next(
    {
      state: stopped,
      effects: [
        over(state, at, fault),
        { type: "rotated", result: "swap-failed", from: serving, to: candidate, fault },
      ],
    },
    { at, now },
  );
}

/** Nothing is held against the certificate: the next look tries again. */
function onUntold(state: RotationState, { slot }: PairInfo, fault: TlsFault, time: RotationTime): Rotation {
  const before = state.faults[slot];
  const isNew = before?.code !== fault.code || before.message !== fault.message;
  return next(
    {
      state: { ...steady(state, time.at), faults: { ...state.faults, [slot]: fault } },
      effects: [
        { ...over(state, time.at, fault), isQuiet: !isNew },
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
    // There is nothing to go back to.
    const rotated: RotationEffect = { type: "rotated", result: "not-confirmed", from: serving, to: candidate, fault };
    return next(
      { state: refuse(steady(state, at), candidate, fault), effects: [over(state, at, fault), rotated] },
      { at, now },
    );
  }
  if (fault !== undefined)
    return {
      state: { ...refuse(state, candidate, fault), phase: "roll-back", since: at },
      effects: [over(state, at, fault), { type: "roll-back", pair: serving }],
    };
  const result = cause === "SIGUSR2" ? "taken-back" : isSame ? "confirmed" : "switched";
  const { [candidate.slot]: before, ...others } = state.faults;
  const isTold = before !== undefined && isTransient(before);
  return {
    state: {
      ...state,
      phase: "clean-up",
      since: at,
      serving: candidate,
      isProven: true,
      // What was taken back is not gone back to.
      previous: cause === "SIGUSR2" ? undefined : isSame ? state.previous : serving,
      candidate: undefined,
      faults: isTold ? others : state.faults,
    },
    effects: [
      over(state, at),
      ...(isTold ? [{ type: "recovered", slot: candidate.slot } as const] : []),
      { type: "rotated", result, from: serving, to: candidate, fault: undefined },
      { type: "clean-up", old: serving },
    ],
  };
}

function onRolledBack(
  state: RotationState,
  { at, now, fault, isProven }: Extract<RotationEvent, { type: "rolled-back" }>,
): Rotation {
  const { candidate, serving } = state;
  if (candidate === undefined) return { state: steady(state, at), effects: [] };
  // Should the old one not go back in, the new one is what serves, and is said to.
  const stands = fault === undefined ? serving : candidate;
  const why = state.refused[candidate.slot]?.fault;
  const effects: RotationEffect[] = [
    over(state, at, fault),
    { type: "rotated", result: "rolled-back", from: candidate, to: stands, fault: fault ?? why },
  ];
  return next({ state: { ...steady(state, at), serving: stands, isProven }, effects }, { at, now });
}

/** Remembers why a pair was not kept; the caller says it, so that the next look need not. */
function refuse(state: RotationState, pair: PairInfo, fault: TlsFault): RotationState {
  const { refused, faults, serving } = state;
  if (state.cause !== "SIGUSR2")
    return {
      ...state,
      refused: { ...refused, [pair.slot]: { hash: pair.hash, fault } },
      faults: { ...faults, [pair.slot]: fault },
    };
  // It was not gone back: what serves is not taken back after all.
  const { [serving.slot]: _, ...others } = refused;
  return { ...state, refused: others, pinned: undefined, previous: undefined };
}

function steady(state: RotationState, at: number): RotationState {
  return { ...state, phase: "steady", since: at, candidate: undefined };
}

function over(
  { phase, since, cause }: RotationState,
  at: number,
  fault?: TlsFault,
): Extract<RotationEffect, { type: "phase-over" }> {
  return { type: "phase-over", phase, milliseconds: at - since, fault, cause, isQuiet: false };
}
