import { expect, it } from "vitest";
import { runPostern } from "../../runPostern.ts";
import { RecordsBed, recordPods } from "../RecordsBed.ts";

it("postern records query prints the records that fit, and their number", async () => {
  const bed = RecordsBed.create();
  const path = await bed.export([3, 4]);
  const { code, out, err } = await runPostern(["records", "query", "--verdict", "denied", "--namespace", "shop", path]);
  expect([code, err]).toEqual([0, "2 of 7 records\n"]);
  expect(out).toBe(
    [
      "2026-01-02T03:04:05.000Z production denied  CREATE Pod shop/web-0 by jane: deny-labels: Pod contains forbidden label 'bad-label'\n",
      "2026-01-02T03:04:06.000Z production denied  CREATE Pod shop/web-6 by system:serviceaccount:shop:deployer: deny-labels: Pod contains forbidden label 'bad-label'\n",
    ].join(""),
  );
});

it("postern records query prints the lines of the store as JSON", async () => {
  const bed = RecordsBed.create();
  const { batches } = await bed.chain([3, 4]);
  const path = bed.folder.write("chain.jsonl", batches.join(""));
  const { code, out, err } = await runPostern([
    "records",
    "query",
    "--output",
    "json",
    "--to",
    "2026-01-02T03:04:05Z",
    path,
  ]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toBe(
    batches[0]
      ?.split(/(?<=\n)/)
      .slice(0, 3)
      .join(""),
  );
});

it("postern records query reads every cluster, or one", async () => {
  const bed = RecordsBed.create();
  const { store, path } = bed.store();
  await recordPods(store, 0, 3, ["production", "staging"]);
  expect((await runPostern(["records", "query", path])).err).toBe("8 of 8 records\n");
  const { err, out } = await runPostern(["records", "query", "--cluster", "staging", "--user", "jane", path]);
  expect(err).toBe("1 of 4 records\n");
  expect(out).toMatch(/ staging denied {2}CREATE Pod shop\/web-0 by jane: /);
});

it("postern records query exits with 1 for a line that is not a record, and prints the others", async () => {
  const bed = RecordsBed.create();
  const path = await bed.export([3], (text) => text.replace('"kind":"Decision"', '"kind":"\u001b[2JDecision"'));
  const { code, out, err } = await runPostern(["records", "query", path]);
  expect(code).toBe(1);
  expect(out.split("\n").length).toBe(3);
  expect(err).toBe(
    `postern: ${path}:1: is not a record of a known form; see postern records verify\n2 of 3 records, 1 not of a known form\n`,
  );
});

it("postern records query prints no control characters of a record", async () => {
  const bed = RecordsBed.create();
  const path = await bed.export([1], (text) => text.replace('"name":"jane"', '"name":"\\u001b[2J"'));
  expect((await runPostern(["records", "query", path])).out).toMatch("by \\u001b[2J: deny");
});
