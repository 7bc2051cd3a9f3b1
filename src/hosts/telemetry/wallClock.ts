/** How far the clock of the process may be from that of the system. */
const MAX_DRIFT_MS = 20;
/** How often the two are compared. */
const COMPARED_EVERY_MS = 1_000;

/**
 * A clock in milliseconds since 1970, with fractions: `performance.now()` from a start that follows the system's clock when
 * that is set. Policies take less than a millisecond.
 */
export function wallClock(
  system: () => number = Date.now,
  process: () => number = () => performance.now(),
): () => number {
  let comparedAt = process();
  let start = system() - comparedAt;
  return () => {
    const ran = process();
    if (ran - comparedAt >= COMPARED_EVERY_MS) {
      comparedAt = ran;
      const told = system() - ran;
      if (Math.abs(told - start) > MAX_DRIFT_MS) start = told;
    }
    return start + ran;
  };
}
