import { Deadline } from "../../policy/run/Deadline.ts";

/** The API server's default when a registration has no timeoutSeconds. */
const DEFAULT_TIMEOUT_MS = 10_000;
/** The longest timeoutSeconds that the API server accepts (1 to 30). */
const MAX_TIMEOUT_MS = 30_000;
/** Kept for the way of the answer, but at most a fifth of the timeout. */
const MAX_MARGIN_MS = 500;

/**
 * The time by which to answer: `?timeout=Ns`, as the API server appends it, less a margin. Another query, which may be
 * empty, counts as 10 s.
 */
export function callDeadline(query: string, now: () => number): Deadline {
  const seconds = /[?&]timeout=(\d{1,4})s(?:&|$)/.exec(query)?.[1];
  const timeoutMs =
    seconds === undefined || Number(seconds) === 0
      ? DEFAULT_TIMEOUT_MS
      : Math.min(Number(seconds) * 1000, MAX_TIMEOUT_MS);
  return new Deadline(timeoutMs - Math.min(MAX_MARGIN_MS, timeoutMs / 5), now);
}
