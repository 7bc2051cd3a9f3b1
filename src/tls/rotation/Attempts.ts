/** Failed attempts to have a server serve a certificate. */
export interface Attempts {
  /** Whether a check has failed. Otherwise only reloads have, which says nothing about the certificate. */
  readonly hasFailedCheck: boolean;
  /** Attempts since the files changed. */
  readonly count: number;
  /** When the next attempt may start, on a monotonic clock in milliseconds. Infinity: not until the files change. */
  readonly nextAt: number;
}

/** How often a certificate that fails its check is installed, until the files change. */
const MAX_CHECKS = 3;
/** The pause after the first failed check: longer than a slow server needs for a reload. */
const CHECK_PAUSE_MS = 30_000;
const CHECK_FACTOR = 4;
const RELOAD_PAUSE_MS = 2_000;
const RELOAD_FACTOR = 3;
/** A server without a check is known to serve only after a reload, so that the attempts do not end. */
const MAX_RELOAD_PAUSE_MS = 300_000;

/** After a failed check: three attempts, with growing pauses. */
export function afterFailedCheck(before: Attempts | undefined, at: number): Attempts {
  const count = (before?.hasFailedCheck === true ? before.count : 0) + 1;
  const pauseMs = count >= MAX_CHECKS ? Number.POSITIVE_INFINITY : CHECK_PAUSE_MS * CHECK_FACTOR ** (count - 1);
  return { hasFailedCheck: true, count, nextAt: at + pauseMs };
}

/** After a reload that failed, with no other pair that is known to work: attempts with growing pauses, at most 5 min. */
export function afterFailedReload(before: Attempts | undefined, at: number): Attempts {
  const count = (before?.count ?? 0) + 1;
  const pauseMs = Math.min(MAX_RELOAD_PAUSE_MS, RELOAD_PAUSE_MS * RELOAD_FACTOR ** (count - 1));
  return { hasFailedCheck: before?.hasFailedCheck === true, count, nextAt: at + pauseMs };
}

/** After a change of the files or SIGHUP: the attempts start again, and it is still known which certificates have failed. */
export function startAgain(all: Readonly<Record<string, Attempts>>): Readonly<Record<string, Attempts>> {
  return Object.fromEntries(Object.entries(all).map(([hash, it]) => [hash, { ...it, count: 0, nextAt: 0 }]));
}
