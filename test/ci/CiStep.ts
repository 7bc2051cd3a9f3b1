/** One way to run a step: how much it does, and what that takes. */
export interface StepSize {
  /** For the report; empty where the step has one size alone. */
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** On the reference machine. */
  readonly seconds: number;
  /** Whether it is run only where there is no budget: it takes long, and finds little more. */
  readonly isFull?: boolean;
}

/** One step of the continuous integration. */
export interface CiStep {
  readonly name: string;
  /** Whether it runs whatever the time; others are skipped when there is none left. */
  readonly isEssential: boolean;
  /** From the smallest to the largest. */
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
