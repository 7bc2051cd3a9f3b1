import { expect, it } from "vitest";
import { eachTogether } from "../../../src/cli/fleet/eachTogether.ts";

it("runs at most the limit at one time, and keeps the order of the items", async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  const results = await eachTogether(
    [5, 1, 4, 2, 3],
    { limit: 2, patienceMs: 60_000, onDone: (count) => done.push(count) },
    async (item) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
      running -= 1;
      return item * 10;
    },
  );
  expect({ results, most, done }).toEqual({ results: [50, 10, 40, 20, 30], most: 2, done: [1, 2, 3, 4, 5] });
});

it("begins the next one beside work that takes longer than the patience", async () => {
  const silent = Promise.withResolvers<string>();
  const begun: string[] = [];
  const all = eachTogether(["silent", "silent too", "quick"], { limit: 2, patienceMs: 1 }, async (item) => {
    begun.push(item);
    if (item !== "quick") return silent.promise;
    // The slow ones end only after this one: it would wait for ever behind them.
    silent.resolve("late");
    return "done";
  });
  expect(await all).toEqual(["late", "late", "done"]);
  expect(begun).toEqual(["silent", "silent too", "quick"]);
});

it("rejects when one rejects", async () => {
  const run = eachTogether([1, 2, 3], { limit: 1, patienceMs: 60_000 }, async (item) => {
    if (item === 2) throw new Error("two");
    return item;
  });
  await expect(run).rejects.toThrow("two");
});
