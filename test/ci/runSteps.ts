import type { CiStep } from "./CiStep.ts";
import type { Pace } from "./Pace.ts";
import { planStep } from "./planStep.ts";
import type { StepReport } from "./printReport.ts";
import type { runStep } from "./runStep.ts";

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
}

/** Runs steps in their order, each in the largest size that the remaining time allows. Skips steps that do not fit. */
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
  return { name: step.name, outcome, seconds, note: secrets.length > 0 ? "a secret is in its output" : size.name };
}
