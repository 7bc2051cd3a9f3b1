import type { CiStep, StepSize } from "./CiStep.ts";

/** The state of a run. Durations are those on this machine. */
export interface CiTime {
  /** Since the start of `.ci/run`. */
  readonly elapsedSeconds: number;
  /** Undefined: no budget. */
  readonly budgetSeconds: number | undefined;
  /** No step runs past the limit. */
  readonly limitSeconds: number;
  /** Seconds on this machine per second on the reference machine. */
  readonly secondsPerSecond: number;
  /** The steps after this one. */
  readonly later: readonly CiStep[];
}

/** Whether and how a step runs. */
export type StepPlan =
  | {
      readonly type: "run";
      readonly size: StepSize;
      /** The step is stopped after that time. */
      readonly limitSeconds: number;
    }
  | { readonly type: "skip"; readonly reason: string };

/**
 * Decides whether and in which size a step runs.
 *
 * | step | time | plan |
 * |---|---|---|
 * | any | no budget | the largest size |
 * | essential | before the limit | the smallest size, stopped at the limit |
 * | essential | past the limit | skipped, which fails the run |
 * | other | enough for the smallest size and all later essential steps | the largest size that is not a full one and leaves time for the smallest size of each later step |
 * | other | not enough | skipped |
 */
export function planStep({ isEssential, sizes }: CiStep, time: CiTime): StepPlan {
  const { elapsedSeconds, budgetSeconds, limitSeconds, secondsPerSecond, later } = time;
  const [smallest] = sizes;
  if (budgetSeconds === undefined)
    return { type: "run", size: sizes.at(-1) ?? smallest, limitSeconds: Number.POSITIVE_INFINITY };
  const untilLimit = limitSeconds - elapsedSeconds;
  if (isEssential)
    return untilLimit > 0
      ? { type: "run", size: smallest, limitSeconds: untilLimit }
      : { type: "skip", reason: `the limit of ${minutes(limitSeconds)} min is reached` };
  const need = (steps: readonly CiStep[]): number =>
    steps.reduce((sum, step) => sum + step.sizes[0].seconds * secondsPerSecond, 0);
  const needOfEssential = need(later.filter((step) => step.isEssential));
  const left = budgetSeconds - elapsedSeconds - needOfEssential;
  const takes = smallest.seconds * secondsPerSecond;
  if (takes > left)
    return {
      type: "skip",
      reason: `it takes about ${minutes(takes)} min, and ${minutes(Math.max(0, left))} of ${minutes(budgetSeconds)} min are left`,
    };
  const spare = budgetSeconds - elapsedSeconds - need(later);
  const size =
    sizes.findLast(({ seconds, isFull }) => isFull !== true && seconds * secondsPerSecond <= spare) ?? smallest;
  return { type: "run", size, limitSeconds: untilLimit - needOfEssential };
}

/** Seconds as minutes, with one decimal. */
export function minutes(seconds: number): string {
  return (seconds / 60).toFixed(1);
}
