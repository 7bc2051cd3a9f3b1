import { expect, it } from "vitest";
import { testDecision } from "../../../records/chain/testChain.ts";
import { runPostern } from "../../runPostern.ts";
import { RecordsBed, recordPods } from "../RecordsBed.ts";

const uid = (number: number): string => testDecision(number).request.uid;

it("postern records prove prints a proof of each record with the uid, which check takes", async () => {
  const bed = RecordsBed.create();
  const { store, path } = bed.store();
  await recordPods(store, 0, 3, ["production", "staging"]);
  const { code, out, err } = await runPostern(["records", "prove", uid(2), path]);
  expect([code, err]).toEqual([0, ""]);
  const clusters = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(JSON.parse(line).record).decision.cluster);
  expect(clusters).toEqual(["production", "staging"]);
  const one = await runPostern(["records", "prove", uid(2), path, "--cluster", "staging"]);
  expect(out).toContain(one.out);
  const check = ["records", "check", "--key", bed.keys, "-"];
  expect(await runPostern(check, { stdin: out })).toMatchObject({ code: 0 });
});

it("postern records prove exits with 1 when no record has the uid", async () => {
  const bed = RecordsBed.create();
  const path = await bed.export([2]);
  expect(await runPostern(["records", "prove", "no\nsuch", path])).toEqual({
    code: 1,
    out: "",
    err: `postern: ${path}: no record has the uid no\\nsuch\n`,
  });
});

it("postern records prove exits with 2 for a batch that was changed", async () => {
  const bed = RecordsBed.create();
  const path = await bed.export([2], (text) => text.replace("web-0", "web-x"));
  expect(await runPostern(["records", "prove", uid(1), path])).toEqual({
    code: 2,
    out: "",
    err: `postern: ${path}:3: the batch is not what was signed: run postern records verify\n`,
  });
});
