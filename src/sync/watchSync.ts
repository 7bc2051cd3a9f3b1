/** Dependencies of {@link watchSync}. */
export interface WatchDeps {
  /** Makes one run and resolves to whether it completed, and has renewed the capability if it was due. Never rejects. */
  readonly run: () => Promise<boolean>;
  /** From the start of one run to the start of the next, in milliseconds. Read before each run. */
  readonly intervalMs: () => number;
  /** When a run is due before the next regular one, in milliseconds since 1970. Read before each run. */
  readonly dueAt?: () => number | undefined;
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
 * is retried before the next start, with increasing delays. A run that is due earlier, such as for a capability, moves no
 * regular start.
 */
export async function watchSync(deps: WatchDeps): Promise<void> {
  const { run, intervalMs, dueAt, delayMs, now, sleep, signal } = deps;
  let due = now() + delayMs;
  let last = Number.NEGATIVE_INFINITY;
  let retry: number | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const early = dueAt?.() ?? due;
    // What a run was due for once does not make another one due. It is retried, when that run did not complete.
    const next = Math.min(due, retry ?? due, early > last ? early : due);
    await sleep(Math.max(0, next - now()), signal);
    if (signal.aborted) return;
    last = now();
    const completed = await run();
    failures = completed ? 0 : failures + 1;
    retry = completed ? undefined : now() + FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20);
    const every = intervalMs();
    // A retry does not move the next regular start.
    if (now() >= due) due += every * Math.max(1, Math.ceil((now() - due) / every));
  }
}
