/** One size of a step. */
export interface StepSize {
  /** Printed in the report. Empty for a step with only one size. */
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** Duration on the reference machine. */
  readonly seconds: number;
  /** Whether the size runs only without a budget. Default: no. */
  readonly isFull?: boolean;
}

/** One step of continuous integration. */
export interface CiStep {
  readonly name: string;
  /** Whether the step runs also past the budget. Other steps are skipped then. */
  readonly isEssential: boolean;
  /** Sorted from the smallest to the largest. */
  readonly sizes: readonly [StepSize, ...StepSize[]];
}

/** A step with one size. */
export function step(
  name: string,
  seconds: number,
  command: StepSize["command"],
  { isEssential = false } = {},
): CiStep {
  return { name, isEssential, sizes: [{ name: "", command, seconds }] };
}
