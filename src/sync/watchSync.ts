/** What {@link watchSync} needs of the world. */
export interface WatchDeps {
  /** One run; never rejects. */
  readonly run: () => Promise<void>;
  /** From the start of one run to that of the next; asked anew each time. In milliseconds. */
  readonly interval: () => number;
  /** Before the first run. In milliseconds. */
  readonly delay: number;
  readonly now: () => number;
  /** Resolves after so many milliseconds, or at once when the signal is given. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Ends it: at once between runs, and during one when that has ended. */
  readonly signal: AbortSignal;
}

/**
 * Runs again and again, one run at a time. Runs begin an interval apart, so that clusters that were spread over a window
 * stay so; one that takes longer than that is followed by the next one that is due.
 */
export async function watchSync({ run, interval, delay, now, sleep, signal }: WatchDeps): Promise<void> {
  let due = now() + delay;
  while (!signal.aborted) {
    await sleep(Math.max(0, due - now()), signal);
    if (signal.aborted) return;
    await run();
    const every = interval();
    const late = Math.max(0, now() - due);
    due += every * Math.max(1, Math.ceil(late / every));
  }
}
