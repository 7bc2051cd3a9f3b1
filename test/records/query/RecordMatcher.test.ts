import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/records/canonicalJson.ts";
import { type RecordFilter, RecordMatcher } from "../../../src/records/query/RecordMatcher.ts";
import { hexOf, sha256 } from "../../../src/records/sha256.ts";
import { START_MS, testChain, testDecision, testKey } from "../chain/testChain.ts";

let lines: readonly string[];
beforeAll(async () => {
  const { log } = await testChain([10, 10, 10], testKey());
  lines = log.batches.flatMap(({ sealed }) => sealed.records.map(({ text }) => text));
});

const numbers = (from: number, to: number, isWanted: (number: number) => boolean): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index).filter(isWanted);

describe("RecordMatcher takes the records", () => {
  it.each<[filter: RecordFilter, seqs: number[]]>([
    [{}, numbers(0, 30, () => true)],
    [{ namespace: "shop" }, numbers(0, 30, (it) => it % 2 === 0)],
    [{ namespace: "übung", verdict: "denied" }, numbers(0, 30, (it) => it % 2 === 1 && it % 3 === 0)],
    [{ verdict: "allowed" }, numbers(0, 30, (it) => it % 3 !== 0)],
    [{ policy: "disallow-latest-tag" }, numbers(0, 30, () => true)],
    [{ policy: "disallow-latest-tag", verdict: "denied" }, []],
    [{ policy: "deny-labels", verdict: "denied" }, numbers(0, 30, (it) => it % 3 === 0)],
    [{ policy: "deny" }, []],
    [{ user: "jane" }, numbers(0, 30, (it) => it % 5 === 0)],
    [{ user: "web-3" }, []],
    [{ uid: testDecision(7).request.uid }, [7]],
    [{ uid: "7" }, []],
    [{ fromMs: START_MS + 1_000 }, numbers(10, 30, () => true)],
    [{ fromMs: START_MS + 1, toMs: START_MS + 1_000 }, numbers(10, 20, () => true)],
    [{ toMs: START_MS - 1 }, []],
  ])("of %j", async (filter, seqs) => {
    const matcher = await RecordMatcher.create("production", filter);
    const found = lines.flatMap((line) => {
      const record = matcher.match(line);
      return typeof record === "object" ? record.seq : [];
    });
    expect(found).toEqual(seqs);
  });

  const lineOf = (decision: object): string =>
    canonicalJson({
      seq: 0,
      prev: "0".repeat(64),
      at: "2026-01-02T03:04:05.678Z",
      decision: { ...testDecision(1), ...decision },
    });

  it("of a user whose name is recorded as a hash", async () => {
    const line = lineOf({ user: { nameHash: hexOf(await sha256("production\0jane")) } });
    const isFound = async (cluster: string): Promise<boolean> =>
      (await RecordMatcher.create(cluster, { user: "jane" })).match(line) !== undefined;
    expect([await isFound("production"), await isFound("staging")]).toEqual([true, false]);
  });

  it("of a Namespace as those in it", async () => {
    const { request } = testDecision(1);
    const line = lineOf({
      request: { ...request, namespace: "", name: "shop", kind: { group: "", version: "v1", kind: "Namespace" } },
    });
    expect((await RecordMatcher.create("production", { namespace: "shop" })).match(line)).toMatchObject({ seq: 0 });
  });
});

it("RecordMatcher says that a line is not a record", async () => {
  const all = await RecordMatcher.create("production", {});
  for (const line of ["", "{}", "[", '{"at":"2026-01-02T03:04:05.678Z"}']) expect(all.match(line)).toBe("unreadable");
});
