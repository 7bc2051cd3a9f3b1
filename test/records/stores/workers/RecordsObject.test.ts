import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../../run/eventually.ts";
import { scaled } from "../../../run/speedFactor.ts";
import { archivedRecords } from "./archivedRecords.ts";
import { decisionFor } from "./decisionFor.ts";
import type { ObjectFaults } from "./objectWorker.ts";
import { RecordsWorker } from "./RecordsWorker.ts";

const folder = await mkdtemp(join(tmpdir(), "postern-records-"));
const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
const key = JSON.stringify(await exportJWK(privateKey));
const OTHER_DIGEST = "1".repeat(64);
let worker: RecordsWorker;

beforeAll(async () => {
  worker = await RecordsWorker.start({ folder, key });
});
afterAll(async () => {
  await worker.stop();
  await rm(folder, { recursive: true });
});

/** A time that a put takes, less than the limit of R2Archive. */
const slow = (ms: number): number => Math.min(scaled(ms), 4_000);

async function restart(): Promise<void> {
  await worker.stop();
  worker = await RecordsWorker.start({ folder, key });
}

const receipts = (...seqs: readonly number[]) => ({
  receipts: seqs.map((seq) => ({ seq, leaf: expect.stringMatching(/^[0-9a-f]{64}$/) })),
});
/** Resolves when a put into R2 has begun. */
const firstPut = (cluster: string): Promise<true> =>
  eventually("a put", async () => ((await worker.report(cluster)).puts > 0 ? true : undefined));
const failure = (code: string) => ({ error: { code, message: expect.any(String) } });

describe("a decision", () => {
  it("is in the log and in R2 when its receipt is sent", async () => {
    expect(await worker.commit("durable", [decisionFor("durable", "a")])).toEqual(receipts(0));
    expect(await worker.report("durable")).toMatchObject({ head: { batch: 1, seq: 1 }, records: 1 });
    const [[record] = []] = await archivedRecords(await worker.objects("durable"));
    expect(record).toMatchObject({ seq: 0, decision: { cluster: "durable", request: { uid: "a" } } });
  });

  it.each<[name: string, again: Parameters<typeof decisionFor>[2], seq: number, repeats: string | undefined]>([
    ["the same decision", {}, 0, undefined],
    ["another request", { digest: OTHER_DIGEST }, 1, "other-request"],
    ["another verdict", { allowed: false }, 1, "other-verdict"],
  ])("that is sent twice with one uid, then as %s", async (name, again, seq, repeats) => {
    const cluster = name.replaceAll(" ", "-");
    await worker.commit(cluster, [decisionFor(cluster, "a")]);
    expect(await worker.commit(cluster, [decisionFor(cluster, "a", again)])).toEqual(receipts(seq));
    const records = (await archivedRecords(await worker.objects(cluster))).flat();
    expect(records).toHaveLength(seq + 1);
    expect(records.at(-1)?.repeats).toBe(repeats);
  });

  it("of two gates at the same time has one record", async () => {
    const decisions = Array.from({ length: 20 }, (_, index) => decisionFor("gates", `uid-${index}`));
    const answers = await Promise.all([0, 1].flatMap(() => decisions.map((it) => worker.commit("gates", [it]))));
    expect(answers.slice(0, 20)).toEqual(answers.slice(20));
    const records = (await archivedRecords(await worker.objects("gates"))).flat();
    expect(records.map(({ decision }) => decision.request.uid).sort()).toEqual(
      decisions.map(({ request }) => request.uid).sort(),
    );
  });

  it("that arrives during a commit goes into the next", async () => {
    await worker.faults("group", { put: "slow", slowMs: slow(500) });
    const first = worker.commit("group", [decisionFor("group", "first")]);
    await firstPut("group");
    await Promise.all(Array.from({ length: 30 }, (_, uid) => worker.commit("group", [decisionFor("group", `${uid}`)])));
    await first;
    const batches = await archivedRecords(await worker.objects("group"));
    expect(batches.map((batch) => batch.length)).toEqual([1, 30]);
  });

  it("is stored in parts when the batch is larger than a value may be", async () => {
    const object = { text: "é".repeat(20_000) };
    const decisions = Array.from({ length: 40 }, (_, uid) => decisionFor("large", `${uid}`, { object }));
    expect(await worker.commit("large", decisions)).toEqual(receipts(...decisions.keys()));
    await worker.faults("large", { abort: true });
    // The next commit reads the batch from the log, and compares it with that in R2.
    expect(await worker.commit("large", [decisionFor("large", "last")])).toEqual(receipts(40));
  });
});

describe("a fault", () => {
  it.each<[name: string, faults: ObjectFaults, code: string, isStored: boolean]>([
    ["R2 answers 500", { put: "fails" }, "store-unavailable", false],
    ["R2 stores, and says that it did not", { put: "fails-after" }, "store-unavailable", true],
    ["R2 does not answer", { put: "hangs" }, "store-unavailable", false],
  ])("%s: an error, and the record is there once when it is over", async (name, faults, code, isStored) => {
    const cluster = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    await worker.commit(cluster, [decisionFor(cluster, "before")]);
    await worker.faults(cluster, faults);
    expect(await worker.commit(cluster, [decisionFor(cluster, "a")])).toEqual(failure(code));
    expect((await worker.objects(cluster)).has(`${cluster}/000000000001.jsonl`)).toBe(isStored);
    await worker.faults(cluster, {});
    const both = [decisionFor(cluster, "a"), decisionFor(cluster, "b")];
    expect(await worker.commit(cluster, both)).toEqual(receipts(1, 2));
    const records = (await archivedRecords(await worker.objects(cluster))).flat();
    expect(records.map(({ decision }) => decision.request.uid)).toEqual(["before", "a", "b"]);
  });

  it("of R2: the alarm archives what is missing, without another call", async () => {
    await worker.faults("alarm", { put: "fails" });
    expect(await worker.commit("alarm", [decisionFor("alarm", "a")])).toEqual(failure("store-unavailable"));
    const { unarchived, alarmInMs } = await worker.report("alarm");
    expect(unarchived).toEqual([0]);
    expect(alarmInMs).toBeLessThanOrEqual(60_000);
    await worker.alarm("alarm");
    expect((await worker.report("alarm")).unarchived).toEqual([0]);
    await worker.faults("alarm", {});
    await worker.alarm("alarm");
    expect((await worker.report("alarm")).unarchived).toEqual([]);
    expect((await archivedRecords(await worker.objects("alarm"))).flat()).toHaveLength(1);
  });

  it("of R2, after which workerd is stopped: the alarm archives what is missing, without any call", async () => {
    // An alarm that is set for a minute later fires after half a second.
    await worker.faults("wake", { put: "fails", clockMs: -59_500 });
    expect(await worker.commit("wake", [decisionFor("wake", "a")])).toEqual(failure("store-unavailable"));
    await restart();
    const objects = await eventually("an object in R2", async () => {
      const found = await worker.objects("wake");
      return found.size > 0 ? found : undefined;
    });
    expect((await archivedRecords(objects)).flat()).toHaveLength(1);
  });

  it("of the clock, which goes back: no record is older than the one before", async () => {
    await worker.commit("clock", [decisionFor("clock", "a")]);
    await worker.faults("clock", { clockMs: -3_600_000 });
    expect(await worker.commit("clock", [decisionFor("clock", "b")])).toEqual(receipts(1));
    const [first, second] = (await archivedRecords(await worker.objects("clock"))).flat();
    expect(second?.at).toBe(first?.at);
  });

  it("that resets the object during a commit: the caller has no receipt, and the next commit works", async () => {
    await worker.faults("reset", { put: "slow", slowMs: slow(2000) });
    const cut = worker.commit("reset", [decisionFor("reset", "a")]);
    await firstPut("reset");
    await worker.faults("reset", { abort: true });
    expect(await cut).toHaveProperty("reset");
    expect(await worker.commit("reset", [decisionFor("reset", "a")])).toEqual(receipts(0));
    expect((await archivedRecords(await worker.objects("reset"))).flat()).toHaveLength(1);
  });

  it("of a caller, who goes away during a commit: the commits of others go on", async () => {
    await worker.faults("gone", { put: "slow", slowMs: slow(1000) });
    const abort = new AbortController();
    const gone = worker.commit("gone", [decisionFor("gone", "a")], { signal: abort.signal });
    await firstPut("gone");
    abort.abort();
    await expect(gone).rejects.toThrow();
    await worker.faults("gone", {});
    expect(await worker.commit("gone", [decisionFor("gone", "b")])).toEqual(receipts(1));
    const records = (await archivedRecords(await worker.objects("gone"))).flat();
    expect(records.map(({ decision }) => decision.request.uid)).toEqual(["a", "b"]);
  });

  it("of callers, who go away with large calls: there is room for others", async () => {
    const object = { text: "x".repeat(6 * 1024 * 1024) };
    for (const uid of ["a", "b", "c"]) {
      await worker.faults("room", { put: "slow", slowMs: slow(1000) });
      const abort = new AbortController();
      const { puts } = await worker.report("room");
      const gone = worker.commit("room", [decisionFor("room", uid, { object })], { signal: abort.signal });
      await eventually("a put", async () => ((await worker.report("room")).puts > puts ? true : undefined));
      abort.abort();
      await expect(gone).rejects.toThrow();
    }
    await worker.faults("room", {});
    expect(await worker.commit("room", [decisionFor("room", "d", { object })])).toEqual(receipts(3));
  });

  it("of many callers at the same time: what there is no room for is refused", async () => {
    await worker.faults("full", { put: "slow", slowMs: slow(1000) });
    const object = { text: "x".repeat(6 * 1024 * 1024) };
    const answers = await Promise.all(
      ["a", "b", "c"].map((uid) => worker.commit("full", [decisionFor("full", uid, { object })])),
    );
    expect(answers.filter((answer) => "error" in answer)).toEqual([failure("queue-full")]);
  });

  it("of slow stores: who stopped waiting before the commit began has no record", async () => {
    await worker.faults("late", { put: "slow", slowMs: slow(1000) });
    const first = worker.commit("late", [decisionFor("late", "a")]);
    await firstPut("late");
    expect(await worker.commit("late", [decisionFor("late", "b")], { remainingMs: 1 })).toEqual(failure("too-late"));
    expect(await first).toEqual(receipts(0));
    expect((await archivedRecords(await worker.objects("late"))).flat()).toHaveLength(1);
  });

  it("of an administrator, who sets the log back: nothing more is recorded", async () => {
    for (const uid of ["a", "b"]) await worker.commit("back", [decisionFor("back", uid)]);
    const sql =
      "DELETE FROM heads WHERE batch = 2; DELETE FROM records WHERE seq = 1; DELETE FROM parts WHERE id = 4096";
    await worker.faults("back", { sql });
    await worker.faults("back", { abort: true });
    for (const uid of ["c", "d"])
      expect(await worker.commit("back", [decisionFor("back", uid)])).toEqual(failure("store-conflict"));
    expect((await worker.report("back")).head.batch).toBe(2);
  });

  it("of another writer, who has put something into R2: nothing more is recorded", async () => {
    await worker.put("foreign/000000000000.jsonl", "x\n");
    for (const uid of ["a", "b"])
      expect(await worker.commit("foreign", [decisionFor("foreign", uid)])).toEqual(failure("store-conflict"));
    expect((await worker.report("foreign")).head.batch).toBe(1);
  });

  it("of a caller: another cluster, or no decision", async () => {
    await worker.commit("mine", [decisionFor("mine", "a")]);
    const other = { object: "mine" };
    expect(await worker.commit("yours", [decisionFor("yours", "a")], other)).toEqual(failure("store-conflict"));
    expect(await worker.commit("mine", [decisionFor("yours", "a")])).toEqual(failure("store-conflict"));
    expect(await worker.commit("mine", [])).toEqual(failure("wrong-setting"));
    expect((await worker.report("mine")).head.seq).toBe(1);
  });
});

it("a restart of workerd: the log and R2 are as they were", async () => {
  const cluster = "restart";
  await worker.faults(cluster, { put: "fails" });
  await worker.commit(cluster, [decisionFor(cluster, "a")]);
  await restart();
  expect(await worker.commit(cluster, [decisionFor(cluster, "b")])).toEqual(receipts(1));
  expect(await worker.commit(cluster, [decisionFor(cluster, "a")])).toEqual(receipts(0));
  const records = (await archivedRecords(await worker.objects(cluster))).flat();
  expect(records.map(({ decision }) => decision.request.uid)).toEqual(["a", "b"]);
});
