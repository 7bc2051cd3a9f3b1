/** How far the clock of the process may be from that of the system. */
const MAX_DRIFT_MS = 20;

/**
 * A clock in milliseconds since 1970, with fractions: `performance.now()` from a start that follows the system's clock when
 * that is set. Policies take less than a millisecond.
 */
export function wallClock(
  system: () => number = Date.now,
  process: () => number = () => performance.now(),
): () => number {
  let start = system() - process();
  return () => {
    const [at, told] = [start + process(), system()];
    if (Math.abs(at - told) <= MAX_DRIFT_MS) return at;
    start = told - process();
    return told;
  };
}
