/** One size of a step. */
export interface StepSize {
  /** Printed in the report. Empty for a step with only one size. */
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** Duration on the reference machine. */
  readonly seconds: number;
  /** The command that runs only some of the test files. Undefined for a command that runs no tests. */
  readonly ofFiles?: (files: readonly string[]) => StepSize["command"];
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

/** A step that runs the tests of an npm script: all of them, or those in `files`. */
export function tests(
  name: string,
  seconds: number,
  script: string,
  { isEssential = false, files = [] }: { readonly isEssential?: boolean; readonly files?: readonly string[] } = {},
): CiStep {
  const ofFiles = (some: readonly string[]): StepSize["command"] => [
    "npm",
    ...(script === "test" ? [] : ["run", "--silent"]),
    script,
    ...(some.length > 0 ? ["--", ...some] : []),
  ];
  return { name, isEssential, sizes: [{ name: "", command: ofFiles(files), seconds, ofFiles }] };
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
