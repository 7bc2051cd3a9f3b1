import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../../src/records/canonicalJson.ts";
import { canonicalPattern } from "../../../../src/records/chain/verify/canonicalPattern.ts";
import { RecordReader } from "../../../../src/records/chain/verify/RecordReader.ts";
import { type DecisionRecord, decisionRecordSchema } from "../../../../src/records/decision/decisionSchema.ts";
import { growthOf, LINEAR } from "../../../run/growthOf.ts";
import { testDecision } from "../testChain.ts";

const HASH = "a".repeat(64);
const record = (more: object = {}, decision: object = {}): DecisionRecord => {
  const full = {
    seq: 7,
    prev: HASH,
    at: "2026-01-02T03:04:05.678Z",
    decision: { ...testDecision(3), ...decision },
    ...more,
  };
  return full;
};
const reader = new RecordReader();
const { pattern } = canonicalPattern(decisionRecordSchema, {});

describe("RecordReader reads a record", () => {
  it.each<[what: string, record: object]>([
    ["as a gate writes it", record()],
    ["with all members", record({ repeats: "other-verdict" }, { traceId: "b".repeat(32), certificateSerial: "01:02" })],
    ["of a user without a name", record({}, { user: {} })],
    ["of a user with hashes", record({}, { user: { nameHash: HASH, groupHashes: [HASH, HASH], omittedGroups: 3 } })],
    ["with texts that need escapes", record({}, { gate: { name: 'a"\\\n\u0000\u001f\u007f\u2028😀' } })],
  ])("%s, by the pattern", (_, it) => {
    expect(pattern.test(canonicalJson(it))).toBe(true);
    expect(reader.read(canonicalJson(it))).toEqual({
      seq: 7,
      prev: HASH,
      at: "2026-01-02T03:04:05.678Z",
      cluster: "production",
    });
  });

  it.each<[what: string, record: object]>([
    ["with a recorded object", record({}, { request: { ...testDecision(3).request, object: { b: 1, a: [{}] } } })],
    ["with a large number", record({ seq: Number.MAX_SAFE_INTEGER })],
    ["of a cluster with a name that needs escapes", record({}, { cluster: 'a"b' })],
  ])("%s, by the parser", (_, it) => {
    expect(reader.read(canonicalJson(it))).toMatchObject({ prev: HASH });
  });

  it.each([0, 1, 0.5, 0.30000000000000004, 1e-7, 1e21, 123456789.125, 5e-324, -0])(
    "with the duration %d",
    (durationMs) => {
      expect(reader.read(canonicalJson(record({}, { durationMs })))).toMatchObject({ seq: 7 });
    },
  );
});

describe("RecordReader has a fault for", () => {
  const text = canonicalJson(record());
  it.each<[what: string, text: string, fault: RegExp]>([
    ["nothing", "", /not a JSON object/],
    ["a list", "[]", /another form/],
    ["another number format", text.replace('"durationMs":0.25', '"durationMs":0.250'), /not canonical/],
    ["a number with an exponent", text.replace('"durationMs":0.25', '"durationMs":25e-2'), /not canonical/],
    ["white space", `${text} `, /not canonical/],
    ["a carriage return", `${text}\r`, /not canonical/],
    ["an escape that is not needed", text.replace('"Pod"', '"\\u0050od"'), /not canonical/],
    ["an escape in upper case", text.replace('"Pod"', '"\\u001F"'), /not canonical/],
    ["another order", text.replace(/^\{("at":"[^"]*"),(.*)\}$/, "{$2,$1}"), /not canonical/],
    ["a member twice", text.replace('"seq":7', '"seq":7,"seq":7'), /not canonical/],
    ["an unknown member", text.replace('"seq":7', '"seq":7,"tick":1'), /another form/],
    ["a negative number", text.replace('"seq":7', '"seq":-7'), /another form at seq/],
    ["a number that is none", text.replace('"seq":7', '"seq":07'), /not a JSON object/],
    ["another version", text.replace("postern.dev/v1", "postern.dev/v2"), /another form at decision.apiVersion/],
    ["a line that is cut off", `${text}\0cut`, /cut off/],
    ["bytes that are not UTF-8", "\0not UTF-8", /not UTF-8/],
    ["a day that is none", text.replace("2026-01-02", "2026-02-30"), /another form at at/],
  ])("%s", (_, line, fault) => {
    expect(reader.read(line)).toMatchObject({ fault: expect.stringMatching(fault) });
    expect(pattern.test(line) && !/0\.250|25e-2/.test(line)).toBe(false);
  });
});

describe("RecordReader takes linear time for", () => {
  const long = (name: string): ((count: number) => string) => {
    const [head = "", tail = ""] = canonicalJson(record({}, { gate: { name: "@" } })).split("@");
    return (count) => `${head}${name.repeat(count)}${tail}`;
  };
  const finding = canonicalJson({ effect: "deny", message: "m" });
  const withFindings = (end: string) => (count: number) =>
    canonicalJson(record()).replace(/"findings":\[.*?\]/, `"findings":[${Array(count).fill(finding).join(",")}${end}]`);
  it.each<[what: string, text: (count: number) => string]>([
    ["a long text", long("a")],
    ["a long text of escapes", long("\\n")],
    ["a long text that stays open", (count) => long("a")(count).slice(0, -900)],
    ["escapes that stay open", (count) => long("\\\\")(count).slice(0, -900)],
    ["many findings", withFindings("")],
    ["many findings that stay open", withFindings(",")],
    ["digits", (count) => canonicalJson(record()).replace('"durationMs":0.25', `"durationMs":${"1".repeat(count)}`)],
  ])("%s", (_, text) => {
    const size = Math.ceil(8_000 / ((text(200).length - text(100).length) / 100));
    expect(growthOf(size, text, (it) => reader.read(it))).toBeLessThan(LINEAR);
  });
});

it("the pattern takes no text that the parser does not take", () => {
  const line = canonicalJson(record());
  fc.assert(
    fc.property(fc.nat(line.length - 1), fc.constantFrom(...'"\\{}[]:,0189-.eEabt \n\u0000ü'), (at, character) => {
      const changed = line.slice(0, at) + character + line.slice(at + 1);
      const read = reader.read(changed);
      const isRecord = decisionRecordSchema.safeParse(jsonOf(changed)).success && canonicalOf(changed) === changed;
      expect("fault" in read).toBe(!isRecord);
    }),
    { numRuns: 3_000 },
  );
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function canonicalOf(text: string): string {
  return canonicalJson(jsonOf(text) ?? null);
}
