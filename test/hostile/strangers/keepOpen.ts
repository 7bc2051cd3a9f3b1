import { setTimeout as sleep } from "node:timers/promises";

/** How often a stranger tries, at one time and after each other. */
export interface Attempts {
  readonly atOnce: number;
  readonly pauseMs: number;
  readonly signal: AbortSignal;
  /** Called for each attempt. */
  readonly count: () => void;
}

/** Makes attempts, and another one whenever one ends, after a pause. */
export async function keepOpen(
  { atOnce, pauseMs, signal, count }: Attempts,
  one: (index: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: atOnce }, async (_, index) => {
      // Callers on the internet do not begin at the same moment.
      await sleep(index * 30);
      while (!signal.aborted) {
        count();
        await one(index).catch(() => undefined);
        await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
      }
    }),
  );
}
