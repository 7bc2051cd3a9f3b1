import { expect, it } from "vitest";
import { watchSync } from "../../src/sync/watchSync.ts";

/** Runs that take so long each, or cannot be made, on a clock that only they and sleeping move. Resolves to when each began. */
async function starts(
  durations: readonly (number | "failed")[],
  { interval, delay = 0 }: { interval: number; delay?: number },
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
    interval: () => interval,
    delay,
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    signal: controller.signal,
  });
  return began;
}

it.each([
  { what: "an interval apart", durations: [1, 2, 3], interval: 10, began: [0, 10, 20] },
  { what: "after a delay", durations: [1, 1], interval: 10, delay: 7, began: [7, 17] },
  { what: "never two at once", durations: [25, 1, 1], interval: 10, began: [0, 30, 40] },
  { what: "at once when exactly due", durations: [10, 1], interval: 10, began: [0, 10] },
])("runs begin $what", async ({ durations, interval, delay, began }) => {
  expect(await starts(durations, { interval, ...(delay === undefined ? {} : { delay }) })).toEqual(began);
});

const FAILED = "failed";

it.each<{ what: string; durations: (number | "failed")[]; interval: number; began: number[] }>([
  { what: "soon, then later", durations: [FAILED, FAILED, FAILED, 1], interval: 300, began: [0, 10, 30, 70] },
  {
    what: "at its own place at the latest",
    durations: Array(6).fill(FAILED),
    interval: 60,
    began: [0, 10, 30, 60, 120, 180],
  },
  {
    what: "soon anew after one that was made",
    durations: [FAILED, 1, FAILED, 1, 1],
    interval: 60,
    began: [0, 10, 60, 70, 120],
  },
  {
    what: "never sooner than the interval, where that is short",
    durations: [FAILED, FAILED, 1],
    interval: 5,
    began: [0, 5, 10],
  },
])("a run that could not be made is tried again $what", async ({ durations, interval, began }) => {
  const milliseconds = durations.map((it) => (it === FAILED ? it : it * 1_000));
  const times = await starts(milliseconds, { interval: interval * 1_000 });
  expect(times.map((time) => time / 1_000)).toEqual(began);
});

it("ends before the first run when it is stopped while it waits", async () => {
  const controller = new AbortController();
  let runs = 0;
  await watchSync({
    run: async () => {
      runs += 1;
      return true;
    },
    interval: () => 10,
    delay: 1_000,
    now: () => 0,
    sleep: async () => controller.abort(),
    signal: controller.signal,
  });
  expect(runs).toBe(0);
});
