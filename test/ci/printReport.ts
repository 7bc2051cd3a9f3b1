import { minutes } from "./planStep.ts";

/** The result of one step. */
export interface StepReport {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly seconds: number;
  /** Why the step was skipped or stopped, or the size that ran. May be empty. */
  readonly note: string;
}

const MARKS = { passed: "ok  ", failed: "FAIL", skipped: "skip" } as const;

/** A table of all steps, and a last line with their numbers. */
export function printReport(
  reports: readonly StepReport[],
  elapsedSeconds: number,
  budgetSeconds: number | undefined,
): string {
  const count = (outcome: StepReport["outcome"]): number => reports.filter((it) => it.outcome === outcome).length;
  const rows = reports.map(
    ({ name, outcome, seconds, note }) =>
      `${MARKS[outcome]} ${seconds.toFixed(0).padStart(5)} s  ${name}${note === "" ? "" : `  (${note})`}`,
  );
  const skipped = count("skipped");
  return [
    ...rows,
    `${minutes(elapsedSeconds)} min${budgetSeconds === undefined ? ", without a budget" : ` of ${minutes(budgetSeconds)}`}`,
    "",
    `${count("passed")} passed, ${count("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
  ].join("\n");
}
