import type { PairInfo } from "../pair/PairInfo.ts";
import type { RotationState } from "./Rotation.ts";

/** What follows a verification. `swap`: install it. `wait`: the pause after a failed reload is not over. `look`: see whether it is served. */
export interface RotationStep {
  readonly type: "swap" | "wait" | "look";
  readonly pair: PairInfo;
}

/**
 * The work after a choice. `chosen` is undefined to keep the serving certificate.
 *
 * | chosen | serving | step |
 * |---|---|---|
 * | another certificate | any | swap |
 * | another certificate, whose reload failed, during the pause | any | wait |
 * | none, or the serving one | confirmed | none |
 * | none, or the serving one | not confirmed, within its dates, no attempt has failed or the pause is over | swap: installed again |
 * | none, or the serving one | not confirmed, during the pause, or after the last attempt | look: no reload |
 * | none, or the serving one | not confirmed, has ended | look |
 */
export function chooseStep(
  { serving, isConfirmed, attempts }: Pick<RotationState, "serving" | "isConfirmed" | "attempts">,
  chosen: PairInfo | undefined,
  { at, now }: { readonly at: number; readonly now: number },
): RotationStep | undefined {
  const isPaused = ({ hash }: PairInfo): boolean => at < (attempts[hash]?.nextAt ?? at);
  if (chosen !== undefined && chosen.hash !== serving.hash)
    return { type: isPaused(chosen) ? "wait" : "swap", pair: chosen };
  if (isConfirmed) return undefined;
  const pair = chosen ?? serving;
  return { type: isPaused(pair) || now > pair.notAfter ? "look" : "swap", pair };
}
