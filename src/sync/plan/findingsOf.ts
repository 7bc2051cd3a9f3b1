import type { Finding, LastStep } from "./Step.ts";

/** What stands against being in step, by the step that ended a run. */
export function findingsOf(last: LastStep): readonly Finding[] {
  if (last.kind === "report") return last.findings;
  return last.kind === "refuse" ? [last.finding] : [];
}
