import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/records/decision/decisionSchema.ts";
import { LaterRecords } from "../../../src/records/writer/LaterRecords.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { testDecision } from "../chain/testChain.ts";

function testRecords(write: (decision: Decision) => boolean = () => true) {
  const tasks: (() => void)[] = [];
  const written: string[] = [];
  let dropped = 0;
  const log = memoryLog();
  const records = new LaterRecords({
    schedule: (task) => tasks.push(task),
    write: (decision) => {
      const isTaken = write(decision);
      if (isTaken) written.push(decision.request.name);
      return isTaken;
    },
    log,
    onDropped: () => {
      dropped += 1;
    },
  });
  /** Runs all tasks, and those that they schedule. */
  const run = async (): Promise<void> => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      task();
      await new Promise(setImmediate);
    }
  };
  return { records, written, log, run, dropped: () => dropped };
}

const decide = (number: number) => async () => testDecision(number);

describe("LaterRecords", () => {
  it("makes and writes decisions later, in their order", async () => {
    const { records, written, run } = testRecords();
    for (const number of [0, 1, 2]) records.later(decide(number), 10);
    expect([written, records.size]).toEqual([[], 3]);
    await run();
    expect([written, records.size]).toEqual([["web-0", "web-1", "web-2"], 0]);
  });

  it.each([
    ["too many records", 1_001, 1],
    ["too many bytes", 3, 9 * 1024 * 1024],
  ])("drops and counts what there is no room for: %s", async (_, count, bytes) => {
    const { records, written, log, run, dropped } = testRecords();
    for (let number = 0; number < count; number += 1) records.later(decide(number), bytes);
    await run();
    expect(dropped()).toBeGreaterThan(0);
    expect(written).toHaveLength(count - dropped());
    expect(log.lines[0]).toMatchObject({ level: "warn", properties: { code: "full" } });
  });

  it("takes a decision that is larger than the queue when nothing else waits", async () => {
    const { records, written, run } = testRecords();
    records.later(decide(0), 64 * 1024 * 1024);
    await run();
    expect(written).toEqual(["web-0"]);
  });

  it("drops what the output has no room for, and what cannot be made, and goes on", async () => {
    const { records, written, log, run, dropped } = testRecords(({ request }) => request.name !== "web-0");
    records.later(decide(0), 1);
    records.later(async () => Promise.reject(new Error("no")), 1);
    records.later(decide(2), 1);
    await run();
    expect([written, dropped()]).toEqual([["web-2"], 2]);
    expect(log.lines.map(({ properties }) => properties.code)).toEqual(["refused", "failed"]);
  });
});
