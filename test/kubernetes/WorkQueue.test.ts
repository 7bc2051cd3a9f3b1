import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WorkQueue } from "../../src/kubernetes/WorkQueue.ts";
import { growthOf, LINEAR } from "../run/growthOf.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const queueOf = (random = 0): WorkQueue<string> =>
  new WorkQueue({
    idOf: (key) => key,
    groupOf: (key) => key.split("/")[0] ?? "",
    maxActivePerGroup: 2,
    firstRetryMs: 100,
    maxRetryMs: 1_000,
    random: () => random,
  });

/** Takes every item that is ready, and marks each as done. */
async function drain(queue: WorkQueue<string>): Promise<string[]> {
  const keys: string[] = [];
  while (queue.depth > 0) {
    const key = await queue.take();
    if (key === undefined) break;
    keys.push(key);
    queue.done(key);
  }
  return keys;
}

describe("WorkQueue", () => {
  it("hands out an item once, however often it was added, in the order of the first add", async () => {
    const queue = queueOf();
    for (const key of ["a", "b", "a", "c", "b"]) queue.add(key);
    expect(await drain(queue)).toEqual(["a", "b", "c"]);
  });

  it("queues an active item that is added again only when it is done", async () => {
    const queue = queueOf();
    queue.add("a");
    expect(await queue.take()).toBe("a");
    queue.add("a");
    queue.add("a");
    expect(queue.depth).toBe(0);
    queue.done("a");
    expect(await drain(queue)).toEqual(["a"]);
  });

  it("hands out at most maxActivePerGroup items of one group, and items of other groups meanwhile", async () => {
    const queue = queueOf();
    for (const key of ["a/1", "a/2", "a/3", "a/4", "b/1"]) queue.add(key);
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual(["a/1", "a/2", "b/1"]);
    const next = queue.take();
    queue.done("b/1");
    queue.add("c/1");
    expect(await next).toBe("c/1");
    const last = queue.take();
    queue.done("a/1");
    expect(await last).toBe("a/3");
  });

  it("hands out the items of a group in their order, however many wait, and those that are added meanwhile", async () => {
    const queue = queueOf();
    const keys = Array.from({ length: 100 }, (_, at) => `a/${at}`);
    for (const key of keys) queue.add(key);
    expect(queue.depth).toBe(100);
    const first = [await queue.take(), await queue.take()];
    // One that waits is not queued twice. One that is done waits behind the others.
    queue.add("a/50");
    queue.done("a/0");
    queue.add("a/0");
    expect(queue.depth).toBe(99);
    queue.done("a/1");
    expect([...first, ...(await drain(queue))]).toEqual([...keys, "a/0"]);
    expect(queue.depth).toBe(0);
  });

  it("hands out an active item again that waits behind others of its group", async () => {
    const queue = queueOf();
    for (const key of ["a/1", "a/2", "a/3"]) queue.add(key);
    expect([await queue.take(), await queue.take()]).toEqual(["a/1", "a/2"]);
    queue.add("a/1");
    queue.done("a/1");
    expect(await queue.take()).toBe("a/3");
    queue.done("a/3");
    expect(await queue.take()).toBe("a/1");
  });

  it.each([
    ["one group", () => "a"],
    ["groups of one item", (at: number) => `${at}`],
  ])("adds items of %s in linear time", (_, groupOf) => {
    const keysOf = (size: number): string[] => Array.from({ length: size }, (__, at) => `${groupOf(at)}/${at}`);
    const addAll = (keys: readonly string[]): void => {
      const queue = queueOf();
      void queue.take();
      for (const key of keys) queue.add(key);
      // Each is done at once, and the next one is handed out.
      for (const key of keys) {
        void queue.take();
        queue.done(key);
      }
    };
    expect(growthOf(2_000, keysOf, addAll)).toBeLessThan(LINEAR);
  });

  it("take resolves when an item is added", async () => {
    const queue = queueOf();
    const [first, second] = [queue.take(), queue.take()];
    queue.add("a");
    queue.add("b");
    expect(await Promise.all([first, second])).toEqual(["a", "b"]);
  });

  it("addAfter queues an item at the soonest of the requested times", async () => {
    const queue = queueOf();
    queue.addAfter("a", 500);
    queue.addAfter("a", 200);
    queue.addAfter("a", 900);
    await vi.advanceTimersByTimeAsync(199);
    expect(queue.depth).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(await drain(queue)).toEqual(["a"]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(queue.depth).toBe(0);
  });

  it.each([
    [0, [100, 200, 400, 800, 1_000, 1_000]],
    [1, [50, 100, 200, 400, 500, 500]],
  ])(
    "retry doubles the delay after each failure up to maxRetryMs; with random %i the delays are %j",
    async (random, delays) => {
      const queue = queueOf(random);
      for (const delayMs of delays) {
        queue.retry("a");
        await vi.advanceTimersByTimeAsync(delayMs - 1);
        expect(queue.depth).toBe(0);
        await vi.advanceTimersByTimeAsync(1);
        expect(await drain(queue)).toEqual(["a"]);
      }
      queue.forget("a");
      queue.retry("a");
      await vi.advanceTimersByTimeAsync(100);
      expect(await drain(queue)).toEqual(["a"]);
    },
  );

  it("close ends every take with undefined, and drops queued and later items", async () => {
    const queue = queueOf();
    const waiting = queue.take();
    queue.addAfter("later", 10);
    queue.close();
    queue.add("a");
    await vi.advanceTimersByTimeAsync(100);
    expect(await waiting).toBeUndefined();
    expect(await queue.take()).toBeUndefined();
    expect(queue.depth).toBe(0);
  });
});
