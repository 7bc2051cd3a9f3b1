import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../run/eventually.ts";

/** What became of one call of a load. Times in milliseconds, by `performance.now`. */
export interface LoadOutcome {
  /** What the call resolved to. */
  readonly result: string;
  readonly started: number;
  readonly ended: number;
}

/** A load that is under way. */
export interface LoadInProgress {
  /** Resolves when `count` calls that begin from now on have ended, and ended with what `isIt` wants. Default: whatever. */
  ended(count: number, isIt?: (result: string) => boolean): Promise<void>;
}

/**
 * Calls at a steady rate, whether those before are answered yet or not, while something happens; but where a second's calls
 * are still not answered, no more are made until one is. Resolves to what became of each, in the order in which they began.
 */
export async function steadyLoad(
  call: () => Promise<string>,
  perSecond: number,
  happen: (load: LoadInProgress) => Promise<void>,
): Promise<LoadOutcome[]> {
  const most = Math.ceil(perSecond);
  const sent: Promise<void>[] = [];
  const outcomes: LoadOutcome[] = [];
  let [isOver, unanswered, begun] = [false, 0, 0];
  const make = async (): Promise<void> => {
    const number = begun;
    begun += 1;
    unanswered += 1;
    const started = performance.now();
    const result = await call().catch((error: unknown) => `no answer: ${String(error)}`);
    outcomes[number] = { result, started, ended: performance.now() };
    unanswered -= 1;
  };
  const load = (async () => {
    let due = performance.now();
    while (!isOver) {
      if (unanswered < most) sent.push(make());
      due = Math.max(due + 1000 / perSecond, performance.now());
      await sleep(Math.max(0, due - performance.now()));
    }
  })();
  const progress: LoadInProgress = {
    async ended(count, isIt = () => true) {
      const from = begun;
      const results = (): string[] => outcomes.slice(from).flatMap((outcome) => outcome?.result ?? []);
      await eventually(`${count} calls to end as they are to`, () =>
        results().filter(isIt).length >= count ? true : undefined,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}; the last one's end: ${results().at(-1)}`, { cause: error });
      });
    },
  };
  try {
    await happen(progress);
  } finally {
    isOver = true;
    await load;
    await Promise.all(sent);
  }
  return outcomes;
}
