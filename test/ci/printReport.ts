import { minutes } from "./planStep.ts";

/** What became of one step. */
export interface StepReport {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly seconds: number;
  /** Why it was skipped or ended, or the size that was run; empty where there is nothing to say. */
  readonly note: string;
}

const MARKS = { passed: "ok  ", failed: "FAIL", skipped: "skip" } as const;

/** The table of all steps, and the line that counts them. */
export function printReport(reports: readonly StepReport[], elapsed: number, budget: number | undefined): string {
  const count = (outcome: StepReport["outcome"]): number => reports.filter((it) => it.outcome === outcome).length;
  const rows = reports.map(
    ({ name, outcome, seconds, note }) =>
      `${MARKS[outcome]} ${seconds.toFixed(0).padStart(5)} s  ${name}${note === "" ? "" : `  (${note})`}`,
  );
  const skipped = count("skipped");
  return [
    ...rows,
    `${minutes(elapsed)} min${budget === undefined ? ", without a budget" : ` of ${minutes(budget)}`}`,
    "",
    `${count("passed")} passed, ${count("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
  ].join("\n");
}
