import { describe, expect, it, vi } from "vitest";
import type { Decision } from "../../../../src/records/decision/decisionSchema.ts";
import { PendingRecords, type RecordQueue } from "../../../../src/records/stores/workers/PendingRecords.ts";
import { decisionFor } from "./decisionFor.ts";

function pendingRecords(sendBatch?: RecordQueue["sendBatch"]) {
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const dropped: number[] = [];
  const pending = new PendingRecords({
    log,
    now: () => 0,
    onDropped: (count) => dropped.push(count),
    ...(sendBatch === undefined ? {} : { queue: { sendBatch } }),
  });
  return { pending, log, dropped };
}

const decide = (uid: string, object?: Record<string, unknown>) => async (): Promise<Decision> =>
  decisionFor("a", uid, object === undefined ? {} : { object });

describe("PendingRecords", () => {
  it("makes no decision before flush, and writes it to the log without a queue", async () => {
    const { pending, log } = pendingRecords();
    const made = vi.fn(decide("1"));
    pending.later(made, 10);
    expect(pending.size).toBe(1);
    expect(made).not.toHaveBeenCalled();
    await pending.flush();
    expect(log.info.mock.calls).toEqual([["decision", { decision: decisionFor("a", "1") }]]);
    expect(pending.size).toBe(0);
    await pending.flush();
    expect(log.info).toHaveBeenCalledTimes(1);
  });

  it("sends batches within the limits of a queue, in their order", async () => {
    const sent: string[][] = [];
    const { pending } = pendingRecords(async (messages) => sent.push(messages.map(({ body }) => body)));
    for (let uid = 0; uid < 230; uid += 1) pending.later(decide(`${uid}`), 10);
    for (let uid = 230; uid < 240; uid += 1) pending.later(decide(`${uid}`, { text: "é".repeat(25_000) }), 10);
    await pending.flush();
    expect(sent.map((batch) => batch.length)).toEqual([100, 100, 33, 3, 3, 1]);
    const uids = sent.flat().map((body) => (JSON.parse(body) as Decision).request.uid);
    expect(uids).toEqual(Array.from({ length: 240 }, (_, uid) => `${uid}`));
    for (const batch of sent) expect(Buffer.byteLength(batch.join(""))).toBeLessThan(256_000);
  });

  it.each<[name: string, count: number, bytes: number, dropped: number]>([
    ["as many as there is room for", 1000, 1, 0],
    ["more records", 1003, 1, 3],
    ["more bytes", 5, 5 * 1024 * 1024, 2],
    ["one that is larger than all room", 1, 21 * 1024 * 1024, 0],
  ])("drops and counts what it has no room for: %s", async (_name, count, bytes, dropped) => {
    const made = pendingRecords();
    for (let uid = 0; uid < count; uid += 1) made.pending.later(decide(`${uid}`), bytes);
    await made.pending.flush();
    expect(made.dropped).toHaveLength(dropped);
    expect(made.log.info).toHaveBeenCalledTimes(count - dropped);
    if (dropped > 0)
      expect(made.log.warn).toHaveBeenLastCalledWith("decision records were dropped", { code: "full", count: 1 });
    // There is room again.
    made.pending.later(decide("next"), bytes);
    expect(made.pending.size).toBe(1);
  });

  it("drops and counts what the queue refuses and what cannot be made, and never rejects", async () => {
    const { pending, log, dropped } = pendingRecords(() => Promise.reject(new Error("Too Many Requests")));
    pending.later(() => Promise.reject(new Error("no hash")), 1);
    for (const uid of ["1", "2"]) pending.later(decide(uid), 1);
    await pending.flush();
    expect(dropped).toEqual([1, 2]);
    expect(log.warn.mock.calls.map(([, properties]) => properties.code)).toEqual(["failed", "refused"]);
    expect(pending.size).toBe(0);
  });
});
