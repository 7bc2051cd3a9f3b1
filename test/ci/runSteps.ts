import type { CiStep } from "./CiStep.ts";
import type { Pace } from "./Pace.ts";
import { planStep } from "./planStep.ts";
import type { StepReport } from "./printReport.ts";
import type { runStep } from "./runStep.ts";

/** What a run of steps needs from its caller. */
export interface CiRun {
  readonly budget: number | undefined;
  /** In seconds. */
  readonly limit: number;
  readonly pace: Pace;
  /** Seconds since `.ci/run` began. */
  readonly elapsed: () => number;
  readonly print: (line: string) => void;
  /** Ends the step that runs, and leaves out the others. */
  readonly signal: AbortSignal;
  readonly run: typeof runStep;
}

/** Runs steps in their order, each with the size that the time allows. Skipped are steps that there is no time for. */
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
  const { budget, limit, pace } = ci;
  const plan = planStep(step, { elapsed: ci.elapsed(), budget, limit, secondsPerSecond: pace.secondsPerSecond, later });
  if (plan.type === "skip")
    // What is essential and was not done is no success.
    return { name: step.name, outcome: step.isEssential ? "failed" : "skipped", seconds: 0, note: plan.why };
  const { size } = plan;
  ci.print(`\n== ${step.name}${size.name === "" ? "" : `, ${size.name}`}`);
  const { outcome, seconds } = await ci.run(size, plan.seconds, ci.signal);
  if (outcome === "out of time")
    return {
      name: step.name,
      outcome: step.isEssential ? "failed" : "skipped",
      seconds,
      note: `ended after ${seconds.toFixed(0)} s for want of time`,
    };
  if (outcome === "passed") pace.add(size.seconds, seconds);
  return { name: step.name, outcome, seconds, note: size.name };
}
