import type { PairInfo } from "../pair/PairInfo.ts";
import type { RotationState } from "./Rotation.ts";

/**
 * Whether the serving certificate is better than a candidate that has failed its check. Otherwise a roll-back only costs a
 * reload, and the candidate stays: no certificate is worse than one that has ended, which every client refuses.
 *
 * | serving | candidate, which failed its check | roll back |
 * |---|---|---|
 * | within its dates, confirmed or assumed to serve | any | yes |
 * | within its dates, failed its own check | within its dates | no: the files say what is wanted |
 * | within its dates, failed its own check | has ended meanwhile | yes |
 * | has ended | within its dates | no |
 * | has ended | has ended meanwhile | only when the serving one ends later |
 *
 * A serving certificate that is not valid yet was valid before: the clock was set back. It counts as within its dates.
 */
export function isRollBackBetter(
  { serving, attempts }: Pick<RotationState, "serving" | "attempts">,
  candidate: PairInfo,
  now: number,
): boolean {
  const hasEnded = ({ notAfter }: PairInfo): boolean => now > notAfter;
  if (hasEnded(serving)) return hasEnded(candidate) && serving.notAfter > candidate.notAfter;
  return hasEnded(candidate) || attempts[serving.hash]?.hasFailedCheck !== true;
}
