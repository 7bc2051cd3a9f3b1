import { expect, it } from "vitest";
import { watchSync } from "../../src/sync/watchSync.ts";

/** Watches runs of the given durations, or failures, on a simulated clock. Resolves to the start of each run. */
async function starts(
  durations: readonly (number | "failed")[],
  { intervalMs, delayMs = 0 }: { intervalMs: number; delayMs?: number },
): Promise<number[]> {
  let now = 0;
  const began: number[] = [];
  const controller = new AbortController();
  await watchSync({
    run: async () => {
      const duration = durations[began.length] ?? 0;
      began.push(now);
      now += duration === "failed" ? 0 : duration;
      if (began.length === durations.length) controller.abort();
      return duration !== "failed";
    },
    intervalMs: () => intervalMs,
    delayMs,
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    signal: controller.signal,
  });
  return began;
}

it.each([
  { what: "one interval apart", durations: [1, 2, 3], interval: 10, began: [0, 10, 20] },
  { what: "after a delay", durations: [1, 1], interval: 10, delay: 7, began: [7, 17] },
  { what: "one at a time", durations: [25, 1, 1], interval: 10, began: [0, 30, 40] },
  { what: "immediately when exactly due", durations: [10, 1], interval: 10, began: [0, 10] },
])("watchSync starts runs $what", async ({ durations, interval, delay, began }) => {
  expect(await starts(durations, { intervalMs: interval, ...(delay === undefined ? {} : { delayMs: delay }) })).toEqual(
    began,
  );
});

const FAILED = "failed";

it.each<{ what: string; durations: (number | "failed")[]; interval: number; began: number[] }>([
  {
    what: "after 10 s, then after increasing delays",
    durations: [FAILED, FAILED, FAILED, 1],
    interval: 300,
    began: [0, 10, 30, 70],
  },
  {
    what: "at the next regular start at the latest",
    durations: Array(6).fill(FAILED),
    interval: 60,
    began: [0, 10, 30, 60, 120, 180],
  },
  {
    what: "after 10 s again when a run succeeded in between",
    durations: [FAILED, 1, FAILED, 1, 1],
    interval: 60,
    began: [0, 10, 60, 70, 120],
  },
  {
    what: "not before the next regular start of a short interval",
    durations: [FAILED, FAILED, 1],
    interval: 5,
    began: [0, 5, 10],
  },
])("watchSync retries a failed run $what", async ({ durations, interval, began }) => {
  const milliseconds = durations.map((it) => (it === FAILED ? it : it * 1_000));
  const times = await starts(milliseconds, { intervalMs: interval * 1_000 });
  expect(times.map((time) => time / 1_000)).toEqual(began);
});

it("watchSync makes no run when it is stopped during the first delay", async () => {
  const controller = new AbortController();
  let runs = 0;
  await watchSync({
    run: async () => {
      runs += 1;
      return true;
    },
    intervalMs: () => 10,
    delayMs: 1_000,
    now: () => 0,
    sleep: async () => controller.abort(),
    signal: controller.signal,
  });
  expect(runs).toBe(0);
});

it.each<{ what: string; dueAt: (runs: number) => number | undefined; began: number[] }>([
  { what: "nothing is due", dueAt: () => undefined, began: [0, 100, 200] },
  { what: "a run is due between two", dueAt: (runs) => (runs === 1 ? 30 : undefined), began: [0, 30, 100, 200] },
  { what: "a run is due after the next", dueAt: () => 250, began: [0, 100, 200, 250, 300] },
  { what: "a run did not do what it was due for", dueAt: () => 30, began: [0, 30, 100, 200] },
])("watchSync keeps regular starts and adds one when $what", async ({ dueAt, began }) => {
  let now = 0;
  const starts: number[] = [];
  const controller = new AbortController();
  await watchSync({
    run: async () => {
      starts.push(now);
      if (starts.length === began.length) controller.abort();
      return true;
    },
    intervalMs: () => 100,
    dueAt: () => dueAt(starts.length),
    delayMs: 0,
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    signal: controller.signal,
  });
  expect(starts).toEqual(began);
});
