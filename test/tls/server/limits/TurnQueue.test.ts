import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { TurnQueue } from "../../../../src/tls/server/limits/TurnQueue.ts";

it("TurnQueue starts a call of each connection in turn, and few before other events", async () => {
  const queue = new TurnQueue<string>();
  const started: string[] = [];
  for (let call = 0; call < 100; call += 1) queue.add("flood", () => started.push("flood"));
  queue.add("other", () => started.push("other"));
  expect(started).toEqual([]);
  await turn();
  expect(started.slice(0, 3)).toEqual(["flood", "other", "flood"]);
  expect(started.length).toBeLessThan(20);
  for (let turns = 0; turns < 100; turns += 1) await turn();
  expect(started.length).toBe(101);
});

it("TurnQueue starts the calls of a proven connection at once, and forgets those of a closed one", async () => {
  const queue = new TurnQueue<string>();
  const started: string[] = [];
  for (const key of ["proven", "closed", "proven"]) queue.add(key, () => started.push(key));
  queue.delete("closed");
  queue.release("proven");
  expect(started).toEqual(["proven", "proven"]);
  await turn();
  await turn();
  expect(started).toEqual(["proven", "proven"]);
});
