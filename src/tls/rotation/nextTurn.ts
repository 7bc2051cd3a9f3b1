import { endOfUse } from "../pair/PairInfo.ts";
import type { RotationState } from "./RotationState.ts";

/** When what serves has to be looked at again by itself: near its end, and after it. Milliseconds since 1970. */
export function nextTurn({ serving }: Pick<RotationState, "serving">, now: number): number {
  const soon = endOfUse(serving);
  return now < soon ? soon : serving.notAfter + 1;
}
