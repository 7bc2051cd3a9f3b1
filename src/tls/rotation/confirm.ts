import type { PairInfo } from "../pair/PairInfo.ts";
import { isTransient, type Rotation, type RotationState } from "./Rotation.ts";

/** Records that the server serves a certificate. Its refusal, attempts and fault of an unreachable server are forgotten. */
export function confirm(state: RotationState, pair: PairInfo): Rotation {
  const { [pair.hash]: _, ...attempts } = state.attempts;
  const { [pair.slot]: refusal, ...otherRefusals } = state.rejected;
  const { [pair.slot]: fault, ...otherFaults } = state.faults;
  const wasRefused = refusal?.hash === pair.hash;
  const isRecovered = fault !== undefined && (wasRefused || isTransient(fault));
  return {
    state: {
      ...state,
      serving: pair,
      isConfirmed: true,
      attempts,
      rejected: wasRefused ? otherRefusals : state.rejected,
      faults: isRecovered ? otherFaults : state.faults,
    },
    effects: isRecovered ? [{ type: "recovered", slot: pair.slot }] : [],
  };
}
