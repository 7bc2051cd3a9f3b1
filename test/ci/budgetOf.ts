const MINUTE_SECONDS = 60;
/** The budget on the reference machine. */
const REFERENCE_BUDGET_SECONDS = 50 * MINUTE_SECONDS;
/** The maximum budget, which a machine of a third of that speed reaches. */
const MAX_BUDGET_SECONDS = 60 * MINUTE_SECONDS;
/** The time limit of a run, below the 90 minutes after which its caller kills it: a killed run prints no report. */
export const LIMIT_SECONDS = 75 * MINUTE_SECONDS;

/** The budget of a run, in seconds, on a machine with a speed factor. */
export function budgetOf(factor: number): number {
  return Math.min(MAX_BUDGET_SECONDS, Math.max(1, factor) * REFERENCE_BUDGET_SECONDS);
}
