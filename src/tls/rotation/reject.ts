import type { PairInfo } from "../pair/PairInfo.ts";
import type { TlsFault } from "../TlsError.ts";
import { afterFailedCheck } from "./Attempts.ts";
import type { RotationState, RotationTime } from "./Rotation.ts";

/** Records why a pair was not kept. The caller reports the fault, so that the next read does not report it again. */
export function reject(
  state: RotationState,
  pair: PairInfo,
  fault: TlsFault,
  { at, now }: RotationTime,
): RotationState {
  const { rejected, faults, serving, seen } = state;
  const attempts =
    pair.hash === serving.hash
      ? { ...state.attempts, [pair.hash]: afterFailedCheck(state.attempts[pair.hash], at) }
      : state.attempts;
  // The serving certificate may have left the files. It must not take the place of the one that is in its slot.
  if (state.cause !== "SIGUSR2" && seen[pair.slot] !== pair.hash) return { ...state, attempts };
  if (state.cause !== "SIGUSR2")
    return {
      ...state,
      attempts,
      rejected: { ...rejected, [pair.slot]: { hash: pair.hash, fault, isAfterEnd: now > serving.notAfter } },
      faults: { ...faults, [pair.slot]: fault },
    };
  // The previous certificate could not be restored, so that the serving one is not taken back.
  const { [serving.slot]: _, ...others } = rejected;
  return { ...state, rejected: others, pinned: undefined, previous: undefined };
}
