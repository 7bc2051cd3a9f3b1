/** How {@link eachTogether} runs. */
export interface Together {
  /** How many run at one time, those that take longer than the patience not counted. */
  readonly limit: number;
  /** After this time one that still runs makes room for another. */
  readonly patienceMs: number;
  /** Called when one has ended, with their number. */
  readonly onDone?: (done: number) => void;
}

/**
 * Runs work for each item, a few at one time. Results have the order of the items. Work that waits for something slow holds up
 * nothing: after the patience the next one begins beside it. Rejects as soon as one rejects.
 */
export async function eachTogether<T, R>(
  items: readonly T[],
  { limit, patienceMs, onDone = () => undefined }: Together,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: Promise<R>[] = [];
  let running = 0;
  let done = 0;
  let wake = (): void => undefined;
  for (const item of items) {
    while (running >= limit) await new Promise<void>((resolve) => (wake = resolve));
    running += 1;
    let counts = true;
    const release = (): void => {
      if (!counts) return;
      counts = false;
      running -= 1;
      wake();
    };
    const timer = setTimeout(release, patienceMs);
    const result = run(item).finally(() => {
      clearTimeout(timer);
      done += 1;
      onDone(done);
      release();
    });
    // It is awaited below, after all have begun.
    result.catch(() => undefined);
    results.push(result);
  }
  return Promise.all(results);
}
