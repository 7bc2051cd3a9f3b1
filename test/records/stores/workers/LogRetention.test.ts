import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { decisionFor } from "./decisionFor.ts";
import { RecordsWorker } from "./RecordsWorker.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const folder = await mkdtemp(join(tmpdir(), "postern-records-"));
let worker: RecordsWorker;

beforeAll(async () => {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const key = JSON.stringify(await exportJWK(privateKey));
  worker = await RecordsWorker.start({ folder, key, vars: { POSTERN_RECORDS_KEEP_DAYS: "2" } });
});
afterAll(async () => {
  await worker.stop();
  await rm(folder, { recursive: true });
});

/** One batch with one record on each of these days. The last alarm is on the last one. */
async function record(cluster: string, days: readonly number[]): Promise<void> {
  for (const [index, day] of days.entries()) {
    await worker.faults(cluster, { clockMs: day * DAY_MS });
    expect(await worker.commit(cluster, [decisionFor(cluster, `${index}`)])).toHaveProperty("receipts");
  }
  await worker.alarm(cluster);
}

const batch = (number: number): string => `${number}`.padStart(12, "0");

it.each<[name: string, days: readonly number[], kept: number]>([
  ["no batch is older", [0, 0, 1], 0],
  ["days have passed", [0, 0, 1, 1, 4, 5], 4],
  ["all is old but the last batch", [0, 9], 1],
])("the alarm ends the retention of 2 days when %s", async (name, days, kept) => {
  const cluster = name.replaceAll(" ", "-");
  await record(cluster, days);
  const keys = [...(await worker.objects(cluster)).keys()];
  const batches = days.map((_, index) => `${cluster}/${batch(index)}.jsonl`).slice(kept);
  expect(keys).toEqual(kept === 0 ? batches : [...batches, `${cluster}/~checkpoint-${batch(kept)}.json`]);
  expect(await worker.report(cluster)).toMatchObject({
    head: { batch: days.length, seq: days.length },
    parts: days.length - kept,
    records: days.length - kept,
  });
  await worker.alarm(cluster);
  expect([...(await worker.objects(cluster)).keys()]).toEqual(keys);
});

it("the alarm goes on where it was killed: after the checkpoint, and after the deletion from R2", async () => {
  const cluster = "killed";
  await record(cluster, [0, 0, 5]);
  const checkpoint = [...(await worker.objects(cluster))].filter(([key]) => key.includes("~checkpoint"));
  // As if the deletions had not been made.
  const sql = `INSERT INTO heads VALUES (1, 1, '${"0".repeat(64)}', '${"0".repeat(64)}', 0);`;
  await worker.put(`${cluster}/${batch(1)}.jsonl`, "old\n");
  await worker.faults(cluster, { sql, clockMs: 5 * DAY_MS + 1000 });
  await worker.alarm(cluster);
  const objects = [...(await worker.objects(cluster))];
  expect(objects.filter(([key]) => key.includes("~checkpoint"))).toEqual(checkpoint);
  expect(objects.map(([key]) => key)[0]).toBe(`${cluster}/${batch(2)}.jsonl`);
  expect((await worker.report(cluster)).heads).toEqual([2, 3]);
});

it("the log deletes its oldest archived batches when it is large, keeps the last head of each day, and goes on", async () => {
  const cluster = "large";
  await record(cluster, [0, 0, 0, 1, 1]);
  await worker.faults(cluster, { put: "fails", clockMs: DAY_MS });
  expect(await worker.commit(cluster, [decisionFor(cluster, "unarchived")])).toHaveProperty("error");
  await worker.faults(cluster, { shrinkTo: 1, clockMs: DAY_MS });
  expect(await worker.report(cluster)).toMatchObject({
    head: { batch: 6 },
    heads: [0, 3, 5, 6],
    parts: 1,
    records: 1,
    unarchived: [5],
  });
  expect(await worker.commit(cluster, [decisionFor(cluster, "next")])).toMatchObject({ receipts: [{ seq: 6 }] });
  await worker.faults(cluster, { clockMs: 3 * DAY_MS });
  await worker.alarm(cluster);
  expect([...(await worker.objects(cluster)).keys()][0]).toBe(`${cluster}/${batch(3)}.jsonl`);
});
