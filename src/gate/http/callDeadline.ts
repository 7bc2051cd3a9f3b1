import { Deadline } from "../../policy/run/Deadline.ts";

/** What the API server gives a webhook when the registration names no timeoutSeconds, in milliseconds. */
const DEFAULT = 10_000;
/** The most that a registration may give (`timeoutSeconds`, 1 to 30). */
const MOST = 30_000;
/** Kept back for the answer's way, but never more than a fifth of the whole. */
const MARGIN = 500;

/** The time by which to answer: `?timeout=Ns`, as the API server appends it, less a margin. Anything else counts as 10 s. */
export function callDeadline(url: string, now: () => number): Deadline {
  const seconds = /[?&]timeout=(\d{1,4})s(?:&|$)/.exec(url)?.[1];
  const whole = seconds === undefined || Number(seconds) === 0 ? DEFAULT : Math.min(Number(seconds) * 1000, MOST);
  return new Deadline(whole - Math.min(MARGIN, whole / 5), now);
}
