import type { CiStep, StepSize } from "./CiStep.ts";

/** Where a run is, and what is to come. Seconds of this machine. */
export interface CiTime {
  /** From the start of `.ci/run` on. */
  readonly elapsed: number;
  /** By then the run is to be over; undefined: it has no budget. */
  readonly budget: number | undefined;
  /** By then it ends, whatever it is at. */
  readonly limit: number;
  /** What a second of the reference machine takes here. */
  readonly secondsPerSecond: number;
  /** The steps that come after this one. */
  readonly later: readonly CiStep[];
}

/** What becomes of a step. */
export type StepPlan =
  | {
      readonly type: "run";
      readonly size: StepSize;
      /** It is ended after so long. */
      readonly seconds: number;
    }
  | { readonly type: "skip"; readonly why: string };

/**
 * | step | time | plan |
 * |---|---|---|
 * | any | there is no budget | its largest size |
 * | essential | before the limit | its smallest size, ended at the limit |
 * | essential | the limit is reached | skipped, which fails the run |
 * | other | the budget holds its smallest size, and the essential steps to come | the largest size, but a full one, that leaves time for the smallest of each step to come |
 * | other | the budget does not hold it | skipped |
 */
export function planStep({ isEssential, sizes }: CiStep, time: CiTime): StepPlan {
  const { elapsed, budget, limit, secondsPerSecond, later } = time;
  const [smallest] = sizes;
  if (budget === undefined) return { type: "run", size: sizes.at(-1) ?? smallest, seconds: Number.POSITIVE_INFINITY };
  const untilLimit = limit - elapsed;
  if (isEssential)
    return untilLimit > 0
      ? { type: "run", size: smallest, seconds: untilLimit }
      : { type: "skip", why: `the limit of ${minutes(limit)} min is reached` };
  const need = (steps: readonly CiStep[]): number =>
    steps.reduce((sum, step) => sum + step.sizes[0].seconds * secondsPerSecond, 0);
  const needOfEssential = need(later.filter((step) => step.isEssential));
  const left = budget - elapsed - needOfEssential;
  const takes = smallest.seconds * secondsPerSecond;
  if (takes > left)
    return {
      type: "skip",
      why: `it takes about ${minutes(takes)} min, and ${minutes(Math.max(0, left))} min of the ${minutes(budget)} are left`,
    };
  const spare = budget - elapsed - need(later);
  const size =
    sizes.findLast(({ seconds, isFull }) => isFull !== true && seconds * secondsPerSecond <= spare) ?? smallest;
  return { type: "run", size, seconds: untilLimit - needOfEssential };
}

/** With one digit behind the point. */
export function minutes(seconds: number): string {
  return (seconds / 60).toFixed(1);
}
