import { describe, expect, it } from "vitest";
import { PEEK_BYTES, peekReview } from "../../../src/protocol/review/peekReview.ts";
import { readReview, reviewNames } from "../../fixtures/readReview.ts";

const head = '"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"';
const v1 = { kind: "AdmissionReview", version: "v1", uid: "u" };

/** The part of a long body that readBody returns: its first 4 KiB, decoded. */
function beginningOf(text: string, bytes = PEEK_BYTES): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, bytes));
}

it.each(reviewNames)("peekReview identifies %s by its first 4 KiB", (name) => {
  const text = readReview(name);
  const { kind, apiVersion, request } = JSON.parse(text);
  expect(peekReview(beginningOf(text))).toEqual({ kind, version: apiVersion.split("/")[1], uid: request.uid });
});

describe("peekReview finds kind, version and uid", () => {
  it.each([
    ["the API server's order", `{${head},"request":{"uid":"u","kind":{`],
    ["members in another order", `{"request":{"uid":"u"},"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"`],
    [
      "a uid of an object before the request's",
      `{${head},"request":{"object":{"uid":"x","metadata":{"uid":"y"}},"uid":"u"`,
    ],
    ["a uid in a list before the request's", `{${head},"request":{"list":["uid",{"uid":"x"}],"uid":"u"`],
    ["nested kinds before the kind of the review", `{"request":{"kind":{"kind":"ConversionReview"},"uid":"u"},${head}`],
    ["the text uid as a value", `{${head},"request":{"name":"uid","operation":"x","uid":"u"`],
    ["a name that looks like JSON", `{${head},"request":{"name":"\\",\\"uid\\":\\"x","uid":"u"`],
    ["escaped member names", `{${head},"\\u0072equest":{"\\u0075id":"u"`],
    ["a member named request at another level", `{"x":{"request":{"uid":"x"}},${head},"request":{"uid":"u"`],
    [
      "white space and numbers",
      ` {\n${head} ,\t"n": [1, -2.5e3, true, null] , "request" : { "dryRun": false, "uid" : "u" `,
    ],
    ["text that is not JSON after the request", `{${head},"request":{"uid":"u"}}}}]]] garbage "`],
  ])("with %s", (_what, text) => {
    expect(peekReview(text)).toEqual(v1);
  });

  it("with escapes in the uid, and decodes them", () => {
    expect(peekReview(`{${head},"request":{"uid":"a\\"\\u00e9"`)?.uid).toBe('a"é');
  });

  it("of a ConversionReview in v1beta1", () => {
    const text = '{"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/v1beta1","request":{"uid":"u"';
    expect(peekReview(text)).toEqual({ kind: "ConversionReview", version: "v1beta1", uid: "u" });
  });
});

describe("peekReview returns undefined", () => {
  it.each([
    ["an empty text", ""],
    ["text that is not JSON", "<html>"],
    ["a review without a kind", '{"apiVersion":"admission.k8s.io/v1","request":{"uid":"u"'],
    ["a review without an apiVersion", '{"kind":"AdmissionReview","request":{"uid":"u"'],
    ["a request without a uid", `{${head},"request":{"name":"a"`],
    ["an empty uid", `{${head},"request":{"uid":""`],
    ["a uid that is a number", `{${head},"request":{"uid":5}}`],
    ["a uid that is cut off", `{${head},"request":{"uid":"abc`],
    ["a uid that belongs to the object", `{${head},"request":{"object":{"metadata":{"uid":"x"}}}}`],
    ["a uid outside the request", `{${head},"uid":"x"`],
    ["a uid in the response", `{${head},"response":{"uid":"x"}}`],
    ["a request that is a list", `{${head},"request":["x","uid","u"]}`],
    ["a list of reviews", `[{${head},"request":{"uid":"u"}}]`],
    ["another group", '{"kind":"AdmissionReview","apiVersion":"example.com/v1","request":{"uid":"u"'],
    ["another version", '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v2","request":{"uid":"u"'],
    [
      "the group of the other kind",
      '{"kind":"AdmissionReview","apiVersion":"apiextensions.k8s.io/v1","request":{"uid":"u"',
    ],
    ["a raw line end in a member name", `{"a\n":1,${head}`],
  ])("for %s", (_what, text) => {
    expect(peekReview(text)).toBeUndefined();
  });

  it("for a uid after the first 4 KiB, also when the limit falls inside a character of three bytes", () => {
    const long = `{${head},"request":{"name":"${"語".repeat(2000)}","uid":"u"}}`;
    for (let bytes = PEEK_BYTES - 3; bytes <= PEEK_BYTES; bytes += 1)
      expect(peekReview(beginningOf(long, bytes))).toBeUndefined();
    const inTime = `{${head},"request":{"uid":"u","name":"${"語".repeat(2000)}"}}`;
    for (let bytes = PEEK_BYTES - 3; bytes <= PEEK_BYTES; bytes += 1)
      expect(peekReview(beginningOf(inTime, bytes))).toEqual(v1);
  });
});

it("peekReview returns undefined for hostile text and ends", () => {
  for (const text of [`{"${"\\".repeat(4000)}`, "[".repeat(4096), '"'.repeat(4096), " ".repeat(4096)])
    expect(peekReview(text)).toBeUndefined();
});
