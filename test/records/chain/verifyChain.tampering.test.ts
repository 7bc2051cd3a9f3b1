import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/records/canonicalJson.ts";
import { BATCH_TYPE } from "../../../src/records/chain/BatchRoot.ts";
import type { ChainReport } from "../../../src/records/chain/verify/ChainReport.ts";
import type { FindingCode } from "../../../src/records/chain/verify/Findings.ts";
import { patience } from "../../run/speedFactor.ts";
import { type TestChain, testChain, testKey } from "./testChain.ts";
import { verifyText } from "./verifyLines.ts";

const RECORDS = 10_000;
/** Batches of one record, of many, and of numbers that are no power of two. They begin with one, and end with one. */
const SIZES = batchSizes([1, 64, 7, 256, 128, 33, 2]);

const key = testKey();
const stranger = testKey();
let chain: TestChain;
let other: TestChain;
/** All lines of the chain. */
let lines: readonly string[];

beforeAll(async () => {
  chain = await testChain(SIZES, key);
  other = await testChain([3, 3], key, "staging");
  lines = linesOf(chain.batches.join(""));
}, patience(60_000));

/** The records to change: the first, the first of a batch, one in the middle, and the last. */
const PLACES = [0, 65, 5_003, RECORDS - 1];
const name = (seq: number): string => (seq === 0 ? "first" : seq === RECORDS - 1 ? "last" : String(seq));

describe(`a store of ${RECORDS} records`, () => {
  it("is honest as it was written", async () => {
    const report = await verify(lines.join(""));
    expect(report).toMatchObject({ records: RECORDS, batches: SIZES.length, findings: [], findingCount: 0 });
    const head = await chain.log.head();
    expect(report.head).toMatchObject({ seq: RECORDS - 1, leaf: head.prev });
  });

  describe.each(PLACES.map((seq) => [name(seq), seq] as const))("record %s", (_, seq) => {
    it.each<[change: string, code: FindingCode, edit: (line: string) => string]>([
      ["another verdict", "changed-record", (line) => line.replace(/"allowed":(true|false)/, '"allowed":null')],
      ["another name", "changed-record", (line) => line.replace('"name":"web-', '"name":"wec-')],
      ["another number", "changed-record", (line) => line.replace(/"seq":\d+/, `"seq":${seq + 77}`)],
      ["another hash of the record before", "changed-record", (line) => line.replace(/"prev":"../, '"prev":"zz')],
      ["a blank", "changed-record", (line) => line.replace(",", ", ")],
      ["no JSON", "changed-record", (line) => line.replace("{", "[")],
      ["empty", "changed-record", () => "\n"],
      ["a member twice", "changed-record", (line) => line.replace('"at":', '"at":0,"at":')],
    ])("with %s is found", async (_change, code, edit) => {
      const index = indexOf(seq);
      expectFinding(await verify(changed(index, edit)), { code, seq, where: `f:${index + 1}` });
    });

    it("that was deleted is found", async () => {
      expectFinding(await verify(changed(indexOf(seq), () => "")), { code: "missing-record", seq });
    });

    it("that is there twice is found", async () => {
      const index = indexOf(seq);
      const report = await verify(changed(index, (line) => line + line));
      expectFinding(report, { code: "repeated-record", seq, where: `f:${index + 2}` });
    });

    it("before which a made-up one was put is found", async () => {
      const made = (line: string): string => line.replace('"name":"web-', '"name":"made-up-');
      const report = await verify(changed(indexOf(seq), (line) => made(line) + line));
      expectFinding(report, { code: "foreign-record", seq, where: `f:${indexOf(seq) + 1}` });
    });

    it("that changed places with another record of the store is found, with that one", async () => {
      const partner = seq === 5_003 ? 5_004 : 5_003;
      const [one, two] = [indexOf(seq), indexOf(partner)];
      const text = lines.map((line, at) => (at === one ? lines[two] : at === two ? lines[one] : line)).join("");
      const report = await verify(text);
      expect(report.findings.map((it) => it.seq)).toEqual(expect.arrayContaining([Math.min(seq, partner)]));
      expect(report.findingCount).toBeGreaterThan(0);
    });

    it("at which the file is cut off is found", async () => {
      const [index, line] = [indexOf(seq), lineOf(seq)];
      const start = batchStart(seq);
      for (const rest of ["", line.slice(0, 40), line.slice(0, -1), line]) {
        const report = await verify(lines.slice(0, index).join("") + rest);
        if (rest !== "" || seq !== start) expectFinding(report, { code: "unsigned-records", seq: start });
        expectFinding(report, { code: "missing-end", seq: start });
      }
    });
  });

  describe.each([
    ["first", 0],
    ["middle", Math.trunc(SIZES.length / 2)],
    ["last", SIZES.length - 1],
  ])("batch: %s", (_, batch) => {
    const first = SIZES.slice(0, batch).reduce((sum, size) => sum + size, 0);
    const rootIndex = first + (SIZES[batch] ?? 0) + batch;

    it("that was deleted is found", async () => {
      const report = await verify(withBatches((all) => all.toSpliced(batch, 1)));
      expectFinding(report, { code: batch === SIZES.length - 1 ? "missing-end" : "missing-batch", seq: first, batch });
      expect(report.findingCount).toBe(1);
    });

    it("that was played again is found", async () => {
      for (const at of [batch + 1, SIZES.length]) {
        const report = await verify(withBatches((all) => all.toSpliced(at, 0, all[batch] ?? "")));
        expectFinding(report, { code: "repeated-batch", seq: first, batch });
        expect(report.findingCount).toBe(1);
      }
    });

    it("that changed places with the next is found", async () => {
      const [one, two] = batch === 0 ? [0, 1] : [batch - 1, batch];
      const report = await verify(withBatches((all) => all.with(one, all[two] ?? "").with(two, all[one] ?? "")));
      expectFinding(report, { code: "missing-batch", batch: one });
      expectFinding(report, { code: "repeated-batch", batch: one });
    });

    it("whose root was deleted is found", async () => {
      const code = batch === SIZES.length - 1 ? "missing-end" : "unsigned-records";
      expectFinding(await verify(changed(rootIndex, () => "")), { code, seq: first, batch });
    });

    it("whose root is cut off is found", async () => {
      for (const length of [12, 200, -5, -2]) {
        const report = await verify(changed(rootIndex, (line) => `${line.slice(0, length)}\n`));
        expectFinding(report, { code: "unreadable-root", batch });
      }
    });

    it.each<[what: string, code: FindingCode, sign: (payload: string, jws: string) => Promise<string> | string]>([
      ["another key", "unknown-key", (payload) => stranger.signer.sign(BATCH_TYPE, payload)],
      ["another key with the name of the right one", "wrong-signature", (payload) => impostor(payload)],
      ["the signature of another root", "wrong-signature", (_p, jws) => `${jws.slice(0, -86)}${signatureOf(batch)}`],
      ["another type", "unreadable-root", (payload) => key.signer.sign("postern-checkpoint+jws", payload)],
      ["no algorithm", "unreadable-root", (payload) => `${part({ alg: "none", typ: BATCH_TYPE })}.${part(payload)}.`],
      ["another writing of the same bytes", "unreadable-root", (_p, jws) => jws.slice(0, -1) + otherTail(jws)],
      [
        "a root of another form",
        "unreadable-root",
        (payload) => signed({ ...JSON.parse(payload), extra: 1, batch: "1" }),
      ],
    ])("with %s is found", async (_what, code, sign) => {
      const { jws, payload } = rootOf(batch);
      const line = `${canonicalJson({ batch: await sign(payload, jws) })}\n`;
      const report = await verify(changed(rootIndex, () => line));
      expectFinding(report, { code, batch, where: `f:${rootIndex + 1}` });
      expect(report.findings.filter(({ code: it }) => it !== code && it !== "log-differs")).toEqual([]);
    });

    it("that was made anew with another key is found", async () => {
      const forged = await testChain(SIZES.slice(0, batch + 1), { ...key, signer: stranger.signer });
      const report = await verify(withBatches((all) => all.with(batch, forged.batches[batch] ?? "")));
      expectFinding(report, { code: "unknown-key", batch, seq: first });
    });

    it("of another cluster, put in after it, is found", async () => {
      const report = await verify(withBatches((all) => all.toSpliced(batch + 1, 0, other.batches[0] ?? "")));
      expectFinding(report, { code: "other-cluster" });
    });
  });

  it("from which everything was deleted is found", async () => {
    expectFinding(await verify(""), { code: "missing-end", seq: 0, batch: 0 });
  });

  it("with many faults has the first 20 findings, and the number of all", async () => {
    const text = lines.map((line) => line.replace('"durationMs":0.25', '"durationMs":0.75')).join("");
    const report = await verify(text);
    expect(report.findings.length).toBe(20);
    expect(report.findingCount).toBeGreaterThanOrEqual(SIZES.length);
  });

  it("with a fault in each batch has a finding for each", async () => {
    const firsts = SIZES.map((_, batch) => SIZES.slice(0, batch).reduce((sum, size) => sum + size, 0));
    const places = new Set(firsts.map(indexOf));
    const text = lines.map((line, at) => (places.has(at) ? line.replace('"dryRun":false', '"dryRun":true') : line));
    const report = await verifyText(text.join(""), { keys: key.keys, limit: RECORDS });
    const named = report.findings.filter(({ code }) => code === "changed-record").map(({ seq }) => seq);
    expect(named).toEqual(firsts);
  });
});

function verify(text: string): Promise<ChainReport> {
  return verifyText(text, { keys: key.keys, loggedHead: () => chain.log.head() });
}

function expectFinding(report: ChainReport, finding: object): void {
  expect(report.findings).toEqual(expect.arrayContaining([expect.objectContaining(finding)]));
}

function batchSizes(pattern: readonly number[]): readonly number[] {
  const sizes: number[] = [];
  for (let left = RECORDS - 1, index = 0; left > 0; index += 1) {
    const size = Math.min(left, pattern[index % pattern.length] ?? 1);
    sizes.push(size);
    left -= size;
  }
  return [...sizes, 1];
}

function linesOf(text: string): readonly string[] {
  return text.split(/(?<=\n)/);
}

/** The index of the line of a record: a root is after each batch. */
function indexOf(seq: number): number {
  let [batch, end] = [0, 0];
  for (const size of SIZES) {
    end += size;
    if (seq < end) return seq + batch;
    batch += 1;
  }
  throw new RangeError("no such record");
}

function lineOf(seq: number): string {
  return lines[indexOf(seq)] ?? "";
}

/** The first record of the batch of a record. */
function batchStart(seq: number): number {
  let start = 0;
  for (const size of SIZES) {
    if (seq < start + size) return start;
    start += size;
  }
  return start;
}

function changed(index: number, edit: (line: string) => string): string {
  return lines.map((line, at) => (at === index ? edit(line) : line)).join("");
}

function withBatches(edit: (batches: readonly string[]) => readonly string[]): string {
  return edit(chain.batches).join("");
}

function rootOf(batch: number): { readonly jws: string; readonly payload: string } {
  const { batch: jws }: { batch: string } = JSON.parse(linesOf(chain.batches[batch] ?? "").at(-1) ?? "");
  return { jws, payload: Buffer.from(jws.split(".")[1] ?? "", "base64url").toString() };
}

function signatureOf(batch: number): string {
  return rootOf(batch === 3 ? 4 : 3).jws.slice(-86);
}

async function impostor(payload: string): Promise<string> {
  const { keys } = key;
  return testKey(keys.kids[0]).signer.sign(BATCH_TYPE, payload);
}

function signed(payload: object): Promise<string> {
  return key.signer.sign(BATCH_TYPE, canonicalJson(payload));
}

function part(content: object | string): string {
  return Buffer.from(typeof content === "string" ? content : JSON.stringify(content)).toString("base64url");
}

/** Another last character that stands for the same bytes: 64 bytes leave four bits of it unused. */
function otherTail(jws: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(jws.slice(-1)) + 1] ?? "";
}
