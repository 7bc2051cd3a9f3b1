import { readFileSync, statSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { DevRecords } from "../../../../src/cli/dev/records/DevRecords.ts";
import { memoryLog } from "../../../gate/gateCall.ts";
import { testDecision } from "../../../records/chain/testChain.ts";
import { InputFolder } from "../../InputFolder.ts";
import { runPostern } from "../../runPostern.ts";

interface Bed {
  readonly folder: InputFolder;
  records(): DevRecords;
}

function devFolder(): Bed {
  const folder = new InputFolder();
  onTestFinished(() => folder.remove());
  const deps = { log: memoryLog(), now: Date.now };
  return { folder, records: () => new DevRecords(folder.path, deps) };
}

const bodyOf = (number: number): string =>
  JSON.stringify({ cluster: "local", remainingMs: 1_000, decisions: [testDecision(number, "local")] });

it("DevRecords keeps its key and its chain from one start to the next", async () => {
  const { folder, records } = devFolder();
  for (const number of [0, 1]) {
    const run = records();
    expect(JSON.parse(await run.answer(bodyOf(number)))).toEqual({
      receipts: [{ seq: number, leaf: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
    await run.close();
  }
  expect(statSync(`${folder.path}/records-key.json`).mode & 0o777).toBe(0o600);
  expect(readFileSync(`${folder.path}/records.jwks`, "utf8")).not.toMatch('"d"');
  const { path, keysPath } = records();
  expect(await runPostern(["records", "verify", "--key", keysPath, path])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^local: 2 records in 2 batches, no findings\n/),
  });
});

it.each<[what: string, body: string, prepare: (folder: InputFolder) => unknown, message: RegExp]>([
  ["a body that is none", "no JSON", () => undefined, /JSON/],
  ["a key that cannot be used", bodyOf(0), (it) => it.write("records-key.json", "{}"), /not a private Ed25519 JWK/],
  ["a folder that is a file", bodyOf(0), (it) => it.write("records", "x"), /making the folder .* failed: EEXIST/],
])("DevRecords answers %s with an error", async (_, body, prepare, message) => {
  const { folder, records } = devFolder();
  prepare(folder);
  const run = records();
  const answer: unknown = JSON.parse(await run.answer(body));
  expect(answer).toEqual({ error: { code: expect.any(String), message: expect.stringMatching(message) } });
  await run.close();
});
