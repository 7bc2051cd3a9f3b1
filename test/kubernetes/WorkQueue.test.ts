import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WorkQueue } from "../../src/kubernetes/WorkQueue.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const queue = (random = 0): WorkQueue =>
  new WorkQueue({
    first: 100,
    most: 1_000,
    random: () => random,
    groupOf: (key) => key.split("/")[0] ?? "",
    mostOfGroup: 2,
  });

/** Keys that are there to be taken now; each is done at once. */
async function drain(it: WorkQueue): Promise<string[]> {
  const keys: string[] = [];
  while (it.depth > 0) {
    const key = await it.take();
    if (key === undefined) break;
    keys.push(key);
    it.done(key);
  }
  return keys;
}

it("has a key once, however often it is added, in the order of the first time", async () => {
  const it = queue();
  for (const key of ["a", "b", "a", "c", "b"]) it.add(key);
  expect(await drain(it)).toEqual(["a", "b", "c"]);
});

it("hands no key to two at once, and again when it was added meanwhile", async () => {
  const it = queue();
  it.add("a");
  expect(await it.take()).toBe("a");
  it.add("a");
  it.add("a");
  expect(it.depth).toBe(0);
  it.done("a");
  expect(await drain(it)).toEqual(["a"]);
});

it("hands out no more keys of one group at once than it may, and those of others meanwhile", async () => {
  const it = queue();
  for (const key of ["a/1", "a/2", "a/3", "a/4", "b/1"]) it.add(key);
  expect([await it.take(), await it.take(), await it.take()]).toEqual(["a/1", "a/2", "b/1"]);
  const next = it.take();
  it.done("b/1");
  it.add("c/1");
  expect(await next).toBe("c/1");
  const last = it.take();
  it.done("a/1");
  expect(await last).toBe("a/3");
});

it("wakes whoever waits", async () => {
  const it = queue();
  const [first, second] = [it.take(), it.take()];
  it.add("a");
  it.add("b");
  expect(await Promise.all([first, second])).toEqual(["a", "b"]);
});

it("adds later, at the soonest time that was asked for", async () => {
  const it = queue();
  it.addAfter("a", 500);
  it.addAfter("a", 200);
  it.addAfter("a", 900);
  await vi.advanceTimersByTimeAsync(199);
  expect(it.depth).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(await drain(it)).toEqual(["a"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(it.depth).toBe(0);
});

it.each([
  [0, [100, 200, 400, 800, 1_000, 1_000]],
  [1, [50, 100, 200, 400, 500, 500]],
])("waits longer after each failure, up to a most; with a random of %i: %j", async (random, waits) => {
  const it = queue(random);
  for (const wait of waits) {
    it.retry("a");
    await vi.advanceTimersByTimeAsync(wait - 1);
    expect(it.depth).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(await drain(it)).toEqual(["a"]);
  }
  it.forget("a");
  it.retry("a");
  await vi.advanceTimersByTimeAsync(100);
  expect(await drain(it)).toEqual(["a"]);
});

it("closes: whoever waits gets nothing, and nothing comes any more", async () => {
  const it = queue();
  const waiting = it.take();
  it.addAfter("later", 10);
  it.close();
  it.add("a");
  await vi.advanceTimersByTimeAsync(100);
  expect(await waiting).toBeUndefined();
  expect(await it.take()).toBeUndefined();
  expect(it.depth).toBe(0);
});
