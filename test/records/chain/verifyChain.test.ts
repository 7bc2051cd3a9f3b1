import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/records/canonicalJson.ts";
import { BATCH_TYPE } from "../../../src/records/chain/BatchRoot.ts";
import { EMPTY_CHAIN } from "../../../src/records/chain/ChainHead.ts";
import { checkpointText } from "../../../src/records/chain/checkpoint.ts";
import type { ExpectedRecord } from "../../../src/records/chain/verify/ExpectedRecords.ts";
import type { FindingCode } from "../../../src/records/chain/verify/Findings.ts";
import { leafOf, merkleRootOf } from "../../../src/records/chain/verify/merkleRootOf.ts";
import { START_MS, type TestChain, testChain, testDecision, testKey } from "./testChain.ts";
import { verifyText } from "./verifyLines.ts";

const key = testKey();
const stranger = testKey();
const { keys } = key;
let chain: TestChain;
let text: string;
beforeAll(async () => {
  chain = await testChain([1, 5, 2, 8, 3], key);
  text = chain.batches.join("");
});

/** The chain after a number of batches. */
const headAfter = (batches: number) => chain.log.batches[batches - 1]?.sealed.head ?? EMPTY_CHAIN;
const codesOf = async (lines: string, options: object = {}): Promise<readonly FindingCode[]> =>
  (await verifyText(lines, { keys, ...options })).findings.map(({ code }) => code);

describe("any change of one byte", () => {
  it("is found, wherever it is", async () => {
    const bytes = Buffer.from(text);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect((await verifyText(changed, { keys })).findingCount).toBeGreaterThan(0);
      }),
      { numRuns: 600 },
    );
  });

  it("that is deleted or put in is found", async () => {
    const bytes = Buffer.from(text);
    const place = fc.nat(bytes.length - 1);
    await fc.assert(
      fc.asyncProperty(place, fc.option(fc.integer({ min: 0, max: 255 })), async (at, added) => {
        const changed = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(added === null ? [] : [added]),
          bytes.subarray(added === null ? at + 1 : at),
        ]);
        expect((await verifyText(changed, { keys })).findingCount).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a checkpoint", () => {
  const checkpointAt = (batches: number, { signer } = key, cluster = "production"): Promise<string> =>
    checkpointText(cluster, headAfter(batches), { signer, nowMs: START_MS + 1_000_000 });
  const from = (batch: number): string => chain.batches.slice(batch).join("");

  it("lets the chain begin with the batch that it names", async () => {
    const report = await verifyText((await checkpointAt(2)) + from(2), { keys });
    expect(report).toMatchObject({ checkpoints: 1, batches: 3, first: { seq: 6 }, findings: [] });
  });

  it("does not need the deletion of the batches before it", async () => {
    const both = (await checkpointAt(2)) + (await checkpointAt(3));
    for (const first of [0, 1, 2, 3]) expect(await codesOf(both + from(first))).toEqual([]);
  });

  it("stands for a chain whose batches are all gone", async () => {
    expect(await codesOf(await checkpointAt(5), { loggedHead: async () => headAfter(5) })).toEqual([]);
  });

  it.each<[what: string, lines: () => Promise<string>, codes: FindingCode[]]>([
    ["is missing", async () => from(2), ["missing-batch"]],
    ["names an earlier batch than the first", async () => (await checkpointAt(2)) + from(3), ["missing-batch"]],
    [
      "is of a key that is not trusted",
      async () => (await checkpointAt(2, stranger)) + from(2),
      ["unknown-key", "missing-batch"],
    ],
    [
      "is of another cluster",
      async () => (await checkpointAt(2, key, "staging")) + from(2),
      ["other-cluster", "missing-batch"],
    ],
    [
      "was changed",
      async () => (await checkpointAt(2)).replace("}", " }") + from(2),
      ["unreadable-root", "missing-batch"],
    ],
    [
      "follows batches that are missing",
      async () => (await checkpointAt(5)) + chain.batches.slice(0, 3).join(""),
      ["missing-batch"],
    ],
  ])("that %s is found", async (_, lines, codes) => {
    expect(await codesOf(await lines())).toEqual(codes);
  });

  it("that does not fit the chain is found", async () => {
    const wrong = { ...headAfter(2), prev: "0".repeat(64) };
    const line = await checkpointText("production", wrong, { signer: key.signer, nowMs: START_MS });
    expect(await codesOf(line + text)).toEqual(["wrong-checkpoint"]);
    expect(await codesOf(line + from(2))).toContain("broken-link");
  });
});

describe("the end of the chain", () => {
  const short = (): string => chain.batches.slice(0, 3).join("");
  const ends = (...heads: number[]) => {
    const left = [...heads];
    return { loggedHead: async () => headAfter(left.shift() ?? heads.at(-1) ?? 0) };
  };

  it("is compared with the transaction log before and after the lines were read", async () => {
    expect(await codesOf(short(), ends(3))).toEqual([]);
    expect(await codesOf(short(), ends(2, 4))).toEqual([]);
    expect(await codesOf(short(), ends(4))).toEqual(["missing-end"]);
    expect(await codesOf(text, ends(3))).toEqual(["log-differs"]);
    expect(await codesOf(text, { loggedHead: async () => ({ ...headAfter(3), prev: "0".repeat(64) }) })).toEqual([
      "log-differs",
      "log-differs",
    ]);
  });

  it("is not known without a log, a head or a receipt", async () => {
    expect(await codesOf(short())).toEqual([]);
  });

  const noted = (seq: number, more: Partial<ExpectedRecord> = {}): ExpectedRecord => {
    const leaf = chain.log.batches.flatMap(({ sealed }) => sealed.records)[seq]?.leaf ?? "";
    return { leaf, where: "audit.log:1", ...more };
  };

  it("is compared with receipts and a noted head", async () => {
    const report = await verifyText(text, { keys, expected: [noted(18, { seq: 18 }), noted(3), noted(3)] });
    expect(report).toMatchObject({ receipts: 2, otherReceipts: 0, findings: [] });
    for (const expected of [noted(18), noted(8, { seq: 8 }), noted(3, { seq: 4 })])
      expect(await codesOf(short(), { expected: [expected] })).toEqual(["missing-receipt"]);
  });

  it("counts receipts of records whose retention has ended", async () => {
    const checkpoint = await checkpointText("production", headAfter(3), { signer: key.signer, nowMs: START_MS });
    const lines = checkpoint + chain.batches.slice(3).join("");
    const expected = [noted(0, { untilMs: START_MS }), noted(1, { seq: 1 }), noted(9, { untilMs: START_MS + 1e6 })];
    const report = await verifyText(lines, { keys, expected });
    expect(report).toMatchObject({ receipts: 1, otherReceipts: 2, findings: [] });
    expect(await codesOf(lines, { expected: [noted(0, { untilMs: START_MS + 1e6 })] })).toEqual(["missing-receipt"]);
  });
});

describe("a range", () => {
  it.each<[range: object, batches: number, first: number, last: number]>([
    [{}, 5, 0, 18],
    [{ from: { seq: 6 } }, 3, 6, 18],
    [{ from: { seq: 7 } }, 3, 6, 18],
    [{ from: { atMs: START_MS + 1_001 } }, 3, 6, 18],
    [{ to: { seq: 6 } }, 3, 0, 7],
    [{ to: { atMs: START_MS + 2_000 } }, 3, 0, 7],
    [{ from: { seq: 1 }, to: { seq: 1 } }, 1, 1, 5],
  ])("%j has whole batches", async (range, batches, first, last) => {
    const report = await verifyText(text, { keys, range, loggedHead: async () => headAfter(5) });
    expect(report).toMatchObject({ batches, first: { seq: first }, head: { seq: last }, findings: [] });
  });

  it("leaves out faults before and after it, but not the link to the batch before", async () => {
    const range = { from: { seq: 6 }, to: { seq: 7 } };
    const edit = (name: string): string => text.replace(`"${name}"`, '"other"');
    expect(await codesOf(edit("web-2"), { range })).toEqual([]);
    expect(await codesOf(edit("web-15"), { range })).toEqual([]);
    expect(await codesOf(edit("web-7"), { range })).toEqual(["changed-record"]);
    expect(await codesOf(chain.batches.toSpliced(1, 1).join(""), { range })).toContain("missing-batch");
  });
});

describe("a range ends only with the root of the next batch, and not with", () => {
  const rootLine = (batch: string): string => batch.trimEnd().split("\n").at(-1) ?? "";
  const edited = (at: number, line: string): string =>
    chain.batches.toSpliced(at, 0, `${line}\n`).join("").replace('"web-3"', '"other"');

  it.each<[what: string, code: FindingCode, lines: () => Promise<string>]>([
    ["a later batch that was moved there", "missing-batch", async () => edited(1, rootLine(chain.batches[4] ?? ""))],
    [
      "a root without a right signature",
      "wrong-signature",
      async () => {
        const [head = "", body = "", ...signature] = rootLine(chain.batches[1] ?? "").split(".");
        const root: object = JSON.parse(Buffer.from(body, "base64url").toString());
        const forged = Buffer.from(canonicalJson({ ...root, first: 999 })).toString("base64url");
        return edited(1, [head, forged, ...signature].join("."));
      },
    ],
    [
      "a root of another cluster",
      "other-cluster",
      async () => {
        const late = await testChain([20, 1], key, "staging");
        return edited(1, rootLine(late.batches[1] ?? ""));
      },
    ],
  ])("%s", async (_, code, lines) => {
    expect(await codesOf(await lines(), { range: { to: { seq: 7 } } })).toContain(code);
  });

  it("has no batch where none is of its time, and misses one that was deleted", async () => {
    const range = { from: { atMs: START_MS + 1_001 }, to: { atMs: START_MS + 1_002 } };
    expect(await verifyText(text, { keys, range })).toMatchObject({ batches: 0, findings: [] });
    const gap = chain.batches.toSpliced(2, 1).join("");
    expect(await codesOf(gap, { range: { from: { seq: 6 }, to: { seq: 7 } } })).toContain("missing-batch");
  });
});

describe("what a key signed, and no gate writes,", () => {
  it.each<
    [what: string, code: FindingCode, edit: (record: Record<string, unknown>, root: Record<string, unknown>) => void]
  >([
    ["a record of another form", "unknown-form", (record) => Object.assign(record, { extra: true })],
    ["another number", "broken-link", (record) => Object.assign(record, { seq: 7 })],
    ["another record before", "broken-link", (record) => Object.assign(record, { prev: "1".repeat(64) })],
    [
      "another time than its batch",
      "wrong-time",
      (record) => Object.assign(record, { at: "2026-01-02T00:00:00.000Z" }),
    ],
    ["another cluster", "other-cluster", (record) => Object.assign(record, { decision: testDecision(1, "staging") })],
    ["another last record", "broken-link", (_, root) => Object.assign(root, { head: "1".repeat(64) })],
    ["another first record", "broken-link", (_, root) => Object.assign(root, { first: 1 })],
    ["another batch before", "broken-link", (_, root) => Object.assign(root, { previous: "1".repeat(64) })],
    ["no time", "unreadable-root", (_, root) => Object.assign(root, { at: "yesterday" })],
  ])("%s is found", async (_, code, edit) => {
    const at = new Date(START_MS).toISOString();
    const record = { seq: 0, prev: EMPTY_CHAIN.prev, at, decision: testDecision(0) };
    const root = {
      cluster: "production",
      batch: 0,
      first: 0,
      count: 1,
      root: "",
      head: "",
      previous: EMPTY_CHAIN.prev,
      at,
    };
    edit(record, {});
    const line = canonicalJson(record);
    Object.assign(root, { root: merkleRootOf([leafOf(line)]), head: leafOf(line) });
    edit({}, root);
    const batch = canonicalJson({ batch: await key.signer.sign(BATCH_TYPE, canonicalJson(root)) });
    expect(await codesOf(`${line}\n${batch}\n`)).toContain(code);
  });
});
