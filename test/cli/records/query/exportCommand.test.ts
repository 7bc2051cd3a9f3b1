import { expect, it } from "vitest";
import { runPostern } from "../../runPostern.ts";
import { RecordsBed, recordPods } from "../RecordsBed.ts";

const verify = (bed: RecordsBed, stdin: string, ...args: readonly string[]) =>
  runPostern(["records", "verify", "--key", bed.keys, ...args, "-"], { stdin });

it("postern records export prints a chain as the store has it, which verifies", async () => {
  const bed = RecordsBed.create();
  const { store, path } = bed.store();
  await recordPods(store, 0, 5);
  const { code, out, err } = await runPostern(["records", "export", path]);
  expect([code, err]).toEqual([0, ""]);
  expect(await verify(bed, out)).toMatchObject({ code: 0, out: expect.stringMatching(/^production: 6 records/) });
});

it("postern records export prints whole batches of a time, which verify from there", async () => {
  const bed = RecordsBed.create();
  const path = await bed.export([3, 4, 2]);
  const from = "2026-01-02T03:04:06Z";
  const { out } = await runPostern(["records", "export", "--from", from, path]);
  expect(await verify(bed, out, "--from", from)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^production: 6 records in 2 batches, no findings\n {2}from {2}3 /),
  });
  const part = await runPostern(["records", "export", "--from", from, "--to", from, path]);
  expect(out.startsWith(part.out)).toBe(true);
  expect(await verify(bed, part.out, "--from", from)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/4 records/),
  });
});

it("postern records export refuses filters that would leave gaps in a chain", async () => {
  const bed = RecordsBed.create();
  const path = await bed.export([3]);
  expect(await runPostern(["records", "export", "--user", "jane", "--verdict", "denied", path])).toEqual({
    code: 2,
    out: "",
    err: "postern: --format jsonl does not take --verdict, --user, for a chain with gaps cannot be verified; use postern records query --output json\n",
  });
});

it.each([
  ["csv", /^time,cluster,seq,[^\n]*\r\n2026-[^\n]*,production,0,[^\n]*\r\n2026-[^\n]*,production,3,[^\n]*\r\n$/],
  ["ocsf", /^\{"category_uid":6,.*"sequence":0.*\}\n\{"category_uid":6,.*"sequence":3.*\}\n$/],
])("postern records export --format %s prints the records that fit", async (format, text) => {
  const bed = RecordsBed.create();
  const path = await bed.export([5]);
  const { code, out, err } = await runPostern(["records", "export", "--format", format, "--verdict", "denied", path]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(text);
});
