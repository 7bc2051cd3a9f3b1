/** What {@link watchSync} needs of the world. */
export interface WatchDeps {
  /** One run, and whether it could be made; never rejects. */
  readonly run: () => Promise<boolean>;
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

/** After the first run that could not be made; twice that after the second, and so on. In milliseconds. */
const FIRST_PAUSE = 10_000;

/**
 * Runs again and again, one run at a time. Runs begin an interval apart, so that clusters that were spread over a window
 * stay so; one that takes longer than that is followed by the next one that is due. One that could not be made is tried again before that:
 * soon at first, and later with each that follows.
 */
export async function watchSync({ run, interval, delay, now, sleep, signal }: WatchDeps): Promise<void> {
  let due = now() + delay;
  let retry: number | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const next = Math.min(due, retry ?? due);
    await sleep(Math.max(0, next - now()), signal);
    if (signal.aborted) return;
    const isMade = await run();
    failures = isMade ? 0 : failures + 1;
    retry = isMade ? undefined : now() + FIRST_PAUSE * 2 ** Math.min(failures - 1, 20);
    const every = interval();
    // A try in between leaves the place of the next run as it is.
    if (now() >= due) due += every * Math.max(1, Math.ceil((now() - due) / every));
  }
}
