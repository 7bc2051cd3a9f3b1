import { execFile } from "node:child_process";
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { verifyChain } from "../../../../src/records/chain/verifyChain.ts";
import type { Decision } from "../../../../src/records/decision/decisionSchema.ts";
import { NodeSource } from "../../../../src/records/stores/node/NodeSource.ts";
import { NodeStore, type NodeStoreOptions } from "../../../../src/records/stores/node/NodeStore.ts";
import { memoryLog } from "../../../gate/gateCall.ts";
import { testDecision, testKey } from "../../chain/testChain.ts";

const KEY = testKey();
const CLUSTER = "production";
const DAY_MS = 86_400_000;

async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "postern-records-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function open(folder: string, more: Partial<NodeStoreOptions> = {}): NodeStore {
  const store = NodeStore.open({ folder, signer: KEY.signer, log: memoryLog(), now: Date.now, ...more });
  onTestFinished(() => store.close());
  return store;
}

const record = (store: NodeStore, numbers: readonly number[]): Promise<unknown[]> =>
  Promise.all(numbers.map((number) => store.record(testDecision(number, CLUSTER))));

/** What verification finds, and the names of the recorded objects. */
async function reportOf(
  folder: string,
): Promise<{ readonly findings: readonly string[]; readonly names: readonly string[] }> {
  const source = new NodeSource(folder);
  const names: string[] = [];
  for await (const { text } of source.lines(CLUSTER)) {
    const { decision } = JSON.parse(text);
    if (decision !== undefined) names.push(decision.request.name);
  }
  const { findings } = await verifyChain(source.lines(CLUSTER), {
    cluster: CLUSTER,
    keys: KEY.keys,
    loggedHead: () => source.loggedHead(CLUSTER),
  });
  return { findings: findings.map(({ code }) => code), names };
}

const segment = (folder: string, first = 0): string =>
  join(folder, "segments", CLUSTER, `${String(first).padStart(12, "0")}.jsonl`);

describe("NodeStore", () => {
  it("records decisions in a chain that verifies, also after a restart", async () => {
    const folder = await testFolder();
    const store = open(folder);
    await record(store, [0, 1, 2]);
    await record(store, [3]);
    store.close();
    await record(open(folder), [4]);
    expect(await reportOf(folder)).toEqual({ findings: [], names: ["web-0", "web-1", "web-2", "web-3", "web-4"] });
  });

  it("keeps a chain for each cluster", async () => {
    const folder = await testFolder();
    const store = open(folder);
    await Promise.all(["a", "b.example"].map((cluster) => store.record(testDecision(0, cluster))));
    expect(await new NodeSource(folder).clusters()).toEqual(["a", "b.example"]);
  });

  it("has a cluster whose segments were deleted in its clusters, so that a verification misses them", async () => {
    const folder = await testFolder();
    const store = open(folder);
    await Promise.all([CLUSTER, "staging"].map((cluster) => store.record(testDecision(0, cluster))));
    await rm(join(folder, "segments", CLUSTER), { recursive: true });
    expect(await new NodeSource(folder).clusters()).toEqual([CLUSTER, "staging"]);
    expect(await reportOf(folder)).toEqual({ findings: ["missing-end"], names: [] });
    await rm(join(folder, "segments"), { recursive: true });
    expect(await new NodeSource(folder).clusters()).toEqual([CLUSTER, "staging"]);
  });

  it("gives one decision one record, also in one group, and flags another request or verdict with its uid", async () => {
    const folder = await testFolder();
    const store = open(folder);
    const decision = testDecision(1, CLUSTER);
    const other: Decision = { ...decision, request: { ...decision.request, digest: "f".repeat(64) } };
    const [one, twin] = await Promise.all([store.record(decision), store.record(decision)]);
    const again = await store.record({ ...decision, durationMs: 99 });
    expect([twin, again]).toEqual([one, one]);
    await store.record(other);
    await store.record({ ...decision, verdict: { ...decision.verdict, allowed: false } });
    const records = (await readFile(segment(folder), "utf8")).split("\n").filter((line) => line.includes('"seq"'));
    expect(records.map((line) => JSON.parse(line).repeats)).toEqual([undefined, "other-request", "other-verdict"]);
  });

  it("is open in one process at a time", async () => {
    const folder = await testFolder();
    const store = open(folder);
    expect(() => open(folder)).toThrow(expect.objectContaining({ code: "store-in-use" }));
    store.close();
    expect(() => open(folder)).not.toThrow();
  });

  it("stays closed to other processes when its own process opens it again in vain", async () => {
    const folder = await testFolder();
    open(folder);
    expect(() => open(folder)).toThrow(expect.objectContaining({ code: "store-in-use" }));
    const script = `
      import { DatabaseSync } from "node:sqlite";
      try {
        new DatabaseSync(process.argv[1], { timeout: 0 }).exec("BEGIN EXCLUSIVE");
        console.log("taken");
      } catch ({ errcode }) {
        console.log(errcode);
      }`;
    const args = ["--no-warnings", "--input-type=module", "--eval", script, join(folder, "lock.db")];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    // SQLITE_BUSY
    expect(stdout.trim()).toBe("5");
  });

  it.each([
    ["a part of a record", '{"at":"2026'],
    ["a record without a root", '{"at":"2026-01-01T00:00:00.000Z"}\n'],
    ["bytes that are no text", "\uFFFD\u0000"],
  ])("removes what a killed process left at the end of a segment: %s", async (_, rest) => {
    const folder = await testFolder();
    const store = open(folder);
    await record(store, [0]);
    store.close();
    await appendFile(segment(folder), rest);
    await record(open(folder), [1]);
    expect(await reportOf(folder)).toEqual({ findings: [], names: ["web-0", "web-1"] });
  });

  it("archives what only the log has", async () => {
    const folder = await testFolder();
    const store = open(folder);
    await record(store, [0]);
    const { length } = await readFile(segment(folder));
    await record(store, [1]);
    store.close();
    await truncate(segment(folder), length);
    await record(open(folder), [2]);
    expect(await reportOf(folder)).toEqual({ findings: [], names: ["web-0", "web-1", "web-2"] });
  });

  it("writes nothing more to a segment that has another batch than the log", async () => {
    const folder = await testFolder();
    const store = open(folder);
    await record(store, [0]);
    store.close();
    const path = segment(folder);
    await writeFile(path, (await readFile(path, "utf8")).replace("web-0", "web-9"));
    const again = open(folder);
    await expect(record(again, [1])).rejects.toMatchObject({ code: "store-conflict" });
    await expect(record(again, [2])).rejects.toMatchObject({ code: "store-conflict" });
  });

  const moved: readonly (readonly [string, (folder: string) => string])[] = [
    ["the log", (folder) => join(folder, "log.db")],
    ["the segment", (folder) => segment(folder)],
    ["the folder of the cluster", (folder) => join(folder, "segments", CLUSTER)],
  ];
  it.each(moved)("records nothing in a file that is no longer there: %s", async (_, pathIn) => {
    const folder = await testFolder();
    const store = open(folder);
    await record(store, [0]);
    const path = pathIn(folder);
    await rename(path, `${path}.away`);
    await expect(record(store, [1])).rejects.toMatchObject({ code: "store-unavailable" });
    await rm(path, { recursive: true, force: true });
    await rename(`${path}.away`, path);
    await record(store, [2]);
    const { findings, names } = await reportOf(folder);
    expect([findings, names.at(-1)]).toEqual([[], "web-2"]);
  });

  it("recovers by itself when its folder can be written again", async () => {
    const folder = await testFolder();
    const blocked = join(folder, "store");
    await writeFile(blocked, "");
    const log = memoryLog();
    const store = open(blocked, { log });
    expect(log.lines[0]?.message).toMatch(/^the record store cannot be used/);
    await expect(record(store, [0])).rejects.toMatchObject({ code: "store-unavailable" });
    await rm(blocked);
    await record(store, [1]);
    expect((await reportOf(blocked)).names).toEqual(["web-1"]);
  });

  it("fails a commit whose segment cannot be written, and records it once that is mended", async () => {
    const folder = await testFolder();
    const store = open(folder);
    await mkdir(join(folder, "segments"));
    await writeFile(join(folder, "segments", CLUSTER), "");
    await expect(record(store, [0])).rejects.toMatchObject({ code: "store-unavailable" });
    await rm(join(folder, "segments", CLUSTER));
    await record(store, [0]);
    expect(await reportOf(folder)).toEqual({ findings: [], names: ["web-0"] });
  });

  it("gives no record an earlier time than the record before, when the clock jumps back", async () => {
    const folder = await testFolder();
    let now = Date.UTC(2026, 5, 1);
    const store = open(folder, { now: () => now });
    await record(store, [0]);
    now -= 2 * DAY_MS;
    await record(store, [1]);
    expect(await reportOf(folder)).toEqual({ findings: [], names: ["web-0", "web-1"] });
  });

  it("begins a segment each day, deletes those whose retention has ended, and leaves a chain that verifies", async () => {
    const folder = await testFolder();
    let now = Date.UTC(2026, 5, 1);
    const store = open(folder, { now: () => now, keepMs: 2 * DAY_MS });
    for (let day = 0; day < 5; day += 1) {
      await record(store, [2 * day, 2 * day + 1]);
      now += DAY_MS;
    }
    await record(store, [10]);
    expect((await readdir(join(folder, "segments", CLUSTER))).filter((name) => name.endsWith(".jsonl"))).not.toContain(
      "000000000000.jsonl",
    );
    const { findings, names } = await reportOf(folder);
    expect(findings).toEqual([]);
    expect(names.at(-1)).toBe("web-10");
    expect(names).not.toContain("web-0");
  });

  it("deletes one segment at a time, so that a long retention that ends delays no call for long", async () => {
    const folder = await testFolder();
    let now = Date.UTC(2026, 5, 1);
    const store = open(folder, { now: () => now });
    for (let day = 0; day < 4; day += 1) {
      await record(store, [day]);
      now += DAY_MS;
    }
    store.close();
    now += 9 * DAY_MS;
    const again = open(folder, { now: () => now, keepMs: DAY_MS });
    const left: string[] = [];
    for (let number = 4; number < 9; number += 1) {
      await record(again, [number]);
      now += 10_000;
      const { findings, names } = await reportOf(folder);
      left.push([...findings, ...names].join(" "));
    }
    expect(left).toEqual([
      "web-1 web-2 web-3 web-4",
      "web-2 web-3 web-4 web-5",
      "web-3 web-4 web-5 web-6",
      "web-4 web-5 web-6 web-7",
      "web-4 web-5 web-6 web-7 web-8",
    ]);
  });

  it.skipIf(process.getuid?.() === 0)(
    "fails commits to a folder that is read-only, and takes them again later",
    async () => {
      const folder = await testFolder();
      await chmod(folder, 0o500);
      const store = open(folder);
      await expect(record(store, [0])).rejects.toMatchObject({ code: "store-unavailable" });
      await chmod(folder, 0o700);
      await record(store, [0]);
      expect((await reportOf(folder)).names).toEqual(["web-0"]);
    },
  );
});
