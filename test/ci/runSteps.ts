import type { CiStep, StepSize } from "./CiStep.ts";
import type { Pace } from "./Pace.ts";
import { planStep } from "./planStep.ts";
import type { StepReport } from "./printReport.ts";
import type { runStep, StepEnd } from "./runStep.ts";

/** Options of {@link runSteps}. */
export interface CiRun {
  /** Undefined: no budget. */
  readonly budgetSeconds: number | undefined;
  readonly limitSeconds: number;
  readonly pace: Pace;
  /** Since the start of `.ci/run`. */
  readonly elapsedSeconds: () => number;
  readonly print: (line: string) => void;
  /** Stops the running step and skips the others. */
  readonly signal: AbortSignal;
  readonly run: typeof runStep;
  /** The lines that describe the failed tests of all steps until now, as `FailureList` writes them. */
  readonly failures: () => readonly string[];
}

/** The maximum number of test files of a step that run a second time. More failures are no accident. */
const MAX_FILES_AGAIN = 3;

/**
 * Runs steps in their order, each in the largest size that the remaining time allows. Skips steps that do not fit.
 *
 * When tests of at most three files fail, these files run once more. When all their tests pass then, the step has passed,
 * and the report names the files: these tests depend on chance, or what they test does.
 */
export async function runSteps(steps: readonly CiStep[], ci: CiRun): Promise<StepReport[]> {
  const reports: StepReport[] = [];
  for (const [index, step] of steps.entries()) {
    if (ci.signal.aborted) {
      reports.push({ name: step.name, outcome: "skipped", seconds: 0, note: "the run was interrupted" });
      continue;
    }
    const report = await runOne(step, steps.slice(index + 1), ci);
    ci.print(
      `== ${step.name}: ${report.outcome}, ${report.seconds.toFixed(0)} s${report.note === "" ? "" : `, ${report.note}`}`,
    );
    reports.push(report);
  }
  return reports;
}

async function runOne(step: CiStep, later: readonly CiStep[], ci: CiRun): Promise<StepReport> {
  const { budgetSeconds, limitSeconds, pace } = ci;
  const plan = planStep(step, {
    elapsedSeconds: ci.elapsedSeconds(),
    budgetSeconds,
    limitSeconds,
    secondsPerSecond: pace.secondsPerSecond,
    later,
  });
  if (plan.type === "skip")
    // A run without an essential step is not a success.
    return { name: step.name, outcome: step.isEssential ? "failed" : "skipped", seconds: 0, note: plan.reason };
  const { size } = plan;
  ci.print(`\n== ${step.name}${size.name === "" ? "" : `, ${size.name}`}`);
  const knownFailures = ci.failures().length;
  const { outcome, seconds, secrets } = await ci.run(size, plan.limitSeconds, ci.signal);
  for (const { kind, where } of secrets) ci.print(`SECRET in the output: a ${kind}, ${where}`);
  if (outcome === "out of time")
    return {
      name: step.name,
      outcome: step.isEssential ? "failed" : "skipped",
      seconds,
      note: `stopped after ${seconds.toFixed(0)} s, out of time`,
    };
  if (outcome === "passed") pace.add(size.seconds, seconds);
  else if (secrets.length === 0) {
    const files = filesOf(ci.failures().slice(knownFailures));
    const again = files === undefined ? undefined : await runAgain(size, files, plan.limitSeconds - seconds, ci);
    if (again?.outcome === "passed")
      return {
        name: step.name,
        outcome: "passed",
        seconds: seconds + again.seconds,
        note: `passed only the second time: ${files?.join(", ")}`,
      };
  }
  return { name: step.name, outcome, seconds, note: secrets.length > 0 ? "a secret is in its output" : size.name };
}

/** Runs some test files of a step. Undefined for a step without tests. */
async function runAgain(
  { ofFiles, seconds }: StepSize,
  files: readonly string[],
  limitSeconds: number,
  ci: CiRun,
): Promise<StepEnd | undefined> {
  if (ofFiles === undefined || ci.signal.aborted) return undefined;
  ci.print(`\n== the second time: ${files.join(", ")}`);
  return ci.run({ name: "", command: ofFiles(files), seconds }, limitSeconds, ci.signal);
}

/** The files of failed tests. Undefined when there is none, or too many, or a failure that belongs to no file. */
function filesOf(failures: readonly string[]): readonly string[] | undefined {
  const files = new Set(failures.map((line) => /^(test\/[\w./-]+\.test\.ts): /.exec(line)?.[1]));
  const known = [...files].filter((file) => file !== undefined);
  return known.length === files.size && files.size > 0 && files.size <= MAX_FILES_AGAIN ? known : undefined;
}
