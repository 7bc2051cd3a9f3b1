import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NodeStore } from "../../src/records/stores/node/NodeStore.ts";
import { recordPods } from "../cli/records/RecordsBed.ts";
import { runPostern } from "../cli/runPostern.ts";
import { memoryLog } from "../gate/gateCall.ts";
import { testKey } from "../records/chain/testChain.ts";
import { EarlierVersion } from "./EarlierVersion.ts";

const earlier = EarlierVersion.last();
const KEYS = earlier.path("records.jwks");
let store: string;

beforeAll(() => {
  store = earlier.records();
});
afterAll(() => earlier.remove());

it("postern records verify finds nothing in the records of the version before", async () => {
  const { code, out, err } = await runPostern(["records", "verify", "--key", KEYS, "--output", "json", store]);
  expect([code, err]).toEqual([0, ""]);
  const lines = earlier.text("query.json").trim().split("\n");
  expect(lines.length).toBeGreaterThan(5);
  expect(JSON.parse(out)).toMatchObject({ result: "ok", cluster: "e2e", records: lines.length, findings: [] });
});

it("postern records verify finds a change in the records of the version before", async () => {
  const folder = earlier.records();
  const segment = join(folder, "segments/e2e/000000000000.jsonl");
  const text = readFileSync(segment, "utf8");
  expect(text).toContain('"allowed":false');
  writeFileSync(segment, text.replace('"allowed":false', '"allowed":true '));
  const { code, out } = await runPostern(["records", "verify", "--key", KEYS, folder]);
  expect([code, out]).toEqual([1, expect.stringContaining("1 finding")]);
});

it("postern records query prints the records as the version before did", async () => {
  const { code, out } = await runPostern(["records", "query", "--output", "json", store]);
  expect([code, out]).toEqual([0, earlier.text("query.json")]);
  const denied = await runPostern(["records", "query", "--output", "json", "--verdict", "denied", store]);
  const lines = earlier.text("query.json").split(/(?<=\n)/);
  expect(denied.out).toBe(lines.filter((line) => JSON.parse(line).decision.verdict.allowed === false).join(""));
});

it("postern records export has the columns of the version before first, with the same values", async () => {
  const { code, out } = await runPostern(["records", "export", "--format", "csv", store]);
  const [before, after] = [earlier.text("export.csv"), out].map((text) => text.trimEnd().split("\r\n"));
  expect([code, after?.length]).toEqual([0, before?.length]);
  for (const [index, line] of (before ?? []).entries()) expect(after?.[index]?.startsWith(line)).toBe(true);
});

it.each(["jsonl", "ocsf"])(
  "postern records export --format %s takes the records of the version before",
  async (format) => {
    const { code, out, err } = await runPostern(["records", "export", "--format", format, "--cluster", "e2e", store]);
    expect([code, err]).toEqual([0, ""]);
    const count = earlier.text("query.json").trim().split("\n").length;
    expect(out.trim().split("\n").length).toBeGreaterThanOrEqual(count);
    if (format !== "jsonl") return;
    const file = join(dirname(store), "export.jsonl");
    writeFileSync(file, out);
    expect((await runPostern(["records", "verify", "--key", KEYS, file])).code).toBe(0);
  },
);

it("postern records prove and check take a record of the version before", async () => {
  const { uid } = JSON.parse(earlier.text("query.json").split("\n", 1)[0] ?? "").decision.request;
  const proof = await runPostern(["records", "prove", uid, store]);
  expect([proof.code, proof.err]).toEqual([0, ""]);
  expect(await runPostern(["records", "check", "--key", KEYS, "-"], { stdin: proof.out })).toMatchObject({ code: 0 });
});

it("a gate of this version continues the chain of the version before, also with another key", async () => {
  const folder = earlier.records();
  const key = testKey("records-2");
  const log = memoryLog();
  const written = NodeStore.open({ folder, signer: key.signer, log, now: Date.now });
  await recordPods(written, 1, 4, ["e2e"]);
  await written.close();
  expect(log.lines.filter(({ level }) => level !== "info")).toEqual([]);
  const keys = join(dirname(folder), "both.jwks");
  const all = [earlier.text("records.jwks"), key.jwks].flatMap((text) => JSON.parse(text).keys);
  writeFileSync(keys, JSON.stringify({ keys: all }));
  const count = earlier.text("query.json").trim().split("\n").length;
  const { code, out } = await runPostern(["records", "verify", "--key", keys, "--output", "json", folder]);
  expect([code, JSON.parse(out)]).toMatchObject([0, { result: "ok", records: count + 4, findings: [] }]);
});
