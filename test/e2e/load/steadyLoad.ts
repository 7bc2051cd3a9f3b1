import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../run/eventually.ts";

/** The outcome of one call of a load. Times are those of `performance.now`. */
export interface LoadOutcome {
  /** The value that the call resolved to. */
  readonly result: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** A running load. */
export interface LoadInProgress {
  /**
   * Resolves when `count` calls that start from now on have ended with a counted result. Default: every result counts.
   */
  ended(count: number, isCounted?: (result: string) => boolean): Promise<void>;
}

/**
 * Calls `call` at a steady rate while `action` runs, without waiting for earlier answers. While the calls of a full
 * second are unanswered, it makes no further call. Resolves to the outcomes, in the order in which the calls started.
 */
export async function steadyLoad(
  call: () => Promise<string>,
  perSecond: number,
  action: (load: LoadInProgress) => Promise<void>,
): Promise<LoadOutcome[]> {
  const maxUnanswered = Math.ceil(perSecond);
  const sent: Promise<void>[] = [];
  const outcomes: LoadOutcome[] = [];
  let [isDone, unanswered, startedCount] = [false, 0, 0];
  const make = async (): Promise<void> => {
    const index = startedCount;
    startedCount += 1;
    unanswered += 1;
    const startedAt = performance.now();
    const result = await call().catch((error: unknown) => `no answer: ${String(error)}`);
    outcomes[index] = { result, startedAt, endedAt: performance.now() };
    unanswered -= 1;
  };
  const load = (async () => {
    let due = performance.now();
    while (!isDone) {
      if (unanswered < maxUnanswered) sent.push(make());
      due = Math.max(due + 1000 / perSecond, performance.now());
      await sleep(Math.max(0, due - performance.now()));
    }
  })();
  const progress: LoadInProgress = {
    async ended(count, isCounted = () => true) {
      const firstIndex = startedCount;
      const results = (): string[] => outcomes.slice(firstIndex).flatMap((outcome) => outcome?.result ?? []);
      await eventually(`${count} calls to end with a counted result`, () =>
        results().filter(isCounted).length >= count ? true : undefined,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}; the last result: ${results().at(-1)}`, { cause: error });
      });
    },
  };
  try {
    await action(progress);
  } finally {
    isDone = true;
    await load;
    await Promise.all(sent);
  }
  return outcomes;
}
