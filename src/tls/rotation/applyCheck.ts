import type { PairInfo } from "../pair/PairInfo.ts";
import type { TlsFault } from "../TlsError.ts";
import { afterFailedCheck } from "./Attempts.ts";
import { confirm } from "./confirm.ts";
import { isRollBackBetter } from "./isRollBackBetter.ts";
import {
  phaseEnded,
  type Rotation,
  type RotationEffect,
  type RotationState,
  type RotationTime,
  steady,
} from "./Rotation.ts";
import { reject } from "./reject.ts";

/** The transition after a check: keeps the candidate, or rolls back when that is better. The table is in `rotate`. */
export function applyCheck(
  state: RotationState,
  { fault, ...time }: RotationTime & { readonly fault?: TlsFault | undefined },
): Rotation {
  const { candidate, serving } = state;
  const { at, now } = time;
  if (candidate === undefined) return { state: steady(state, at), effects: [] };
  if (fault === undefined) return passed(state, candidate, at);
  if (candidate.hash === serving.hash) return notConfirmed(state, candidate, fault, time);
  if (!isRollBackBetter(state, candidate, now)) return stays(state, candidate, fault, time);
  return {
    state: { ...reject(state, candidate, fault, time), phase: "roll-back", since: at },
    effects: [phaseEnded(state, at, fault), { type: "roll-back", pair: serving }],
  };
}

function passed(state: RotationState, candidate: PairInfo, at: number): Rotation {
  const { serving, cause, previous } = state;
  const isSame = candidate.hash === serving.hash;
  const result = cause === "SIGUSR2" ? "taken-back" : isSame ? "confirmed" : "switched";
  const confirmed = confirm(state, candidate);
  return {
    state: {
      ...confirmed.state,
      phase: "clean-up",
      since: at,
      // A second SIGUSR2 does not bring back the certificate that the first one took back.
      previous: cause === "SIGUSR2" ? undefined : isSame ? previous : serving,
      candidate: undefined,
    },
    effects: [
      phaseEnded(state, at),
      ...confirmed.effects,
      { type: "rotated", result, from: serving, to: candidate, fault: undefined },
      { type: "clean-up", old: serving },
    ],
  };
}

/** There is no other certificate to roll back to. Only the first of the attempts is reported. */
function notConfirmed(state: RotationState, candidate: PairInfo, fault: TlsFault, time: RotationTime): Rotation {
  const before = state.attempts[candidate.hash];
  const isRepeated = before?.hasFailedCheck === true && before.count > 0;
  const rotated: RotationEffect = {
    type: "rotated",
    result: "not-confirmed",
    from: state.serving,
    to: candidate,
    fault,
  };
  return {
    state: reject(steady(state, time.at), candidate, fault, time),
    effects: [{ ...phaseEnded(state, time.at, fault), isQuiet: isRepeated }, ...(isRepeated ? [] : [rotated])],
  };
}

/** The candidate stays although its check failed: the serving certificate is no better. */
function stays(state: RotationState, candidate: PairInfo, fault: TlsFault, time: RotationTime): Rotation {
  const { serving, isConfirmed, cause, attempts } = state;
  const refused = cause === "SIGUSR2" ? state : reject(state, candidate, fault, time);
  return {
    state: {
      ...refused,
      phase: "clean-up",
      since: time.at,
      serving: candidate,
      isConfirmed: false,
      previous: isConfirmed ? serving : undefined,
      candidate: undefined,
      attempts: { ...attempts, [candidate.hash]: afterFailedCheck(attempts[candidate.hash], time.at) },
    },
    effects: [
      phaseEnded(state, time.at, fault),
      { type: "rotated", result: "not-confirmed", from: serving, to: candidate, fault },
      { type: "clean-up", old: serving },
    ],
  };
}
