/** Dependencies of {@link watchSync}. */
export interface WatchDeps {
  /** Makes one run and resolves to whether it completed. Never rejects. */
  readonly run: () => Promise<boolean>;
  /** From the start of one run to the start of the next, in milliseconds. Read before each run. */
  readonly intervalMs: () => number;
  /** Delay before the first run. */
  readonly delayMs: number;
  readonly now: () => number;
  /** Resolves after the given milliseconds, or immediately when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Stops the loop: immediately between runs, otherwise after the current run. */
  readonly signal: AbortSignal;
}

/** Delay after the first failed run. Each further failure in a row doubles it. */
const FIRST_RETRY_MS = 10_000;

/**
 * Runs the sync repeatedly, one run at a time, until the signal aborts. Runs start one interval apart, so clusters that were
 * spread over a window stay spread. A run longer than the interval is followed by the next start that is due. A failed run
 * is retried before the next start, with increasing delays.
 */
export async function watchSync({ run, intervalMs, delayMs, now, sleep, signal }: WatchDeps): Promise<void> {
  let due = now() + delayMs;
  let retry: number | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const next = Math.min(due, retry ?? due);
    await sleep(Math.max(0, next - now()), signal);
    if (signal.aborted) return;
    const completed = await run();
    failures = completed ? 0 : failures + 1;
    retry = completed ? undefined : now() + FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20);
    const every = intervalMs();
    // A retry does not move the next regular start.
    if (now() >= due) due += every * Math.max(1, Math.ceil((now() - due) / every));
  }
}
