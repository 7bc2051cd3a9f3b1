const MINUTE = 60;
/** On the reference machine. */
const REFERENCE_BUDGET = 25 * MINUTE;
/** On a machine of a third of its speed, and on any slower one. */
const LARGEST_BUDGET = 60 * MINUTE;
/** The run ends then, whatever it is at: its caller ends it at 90 minutes, and a run that was ended says nothing. */
export const LIMIT_SECONDS = 75 * MINUTE;

/** The seconds that a run of all steps may take on a machine that is so many times slower than the reference machine. */
export function budgetOf(factor: number): number {
  return Math.min(LARGEST_BUDGET, Math.max(1, factor) * REFERENCE_BUDGET);
}
