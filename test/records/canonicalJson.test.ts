import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/records/canonicalJson.ts";

describe("canonicalJson has the form of RFC 8785", () => {
  it("for the example of section 3.2.2", () => {
    const value = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it("for the order of members of section 3.2.3", () => {
    const names = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
    const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
    expect(Object.keys(JSON.parse(text.replace('"1"', '"a"'))).map((name) => (name === "a" ? "1" : name))).toEqual([
      "\r",
      "1",
      "\u0080",
      "\u00f6",
      "\u20ac",
      "\ud83d\ude00",
      "\ufb33",
    ]);
    expect(canonicalJson({ 10: 0, 9: 0 })).toBe('{"10":0,"9":0}');
  });

  /** Appendix B: the bits of a double, and how it is written. */
  it.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("for the number %s", (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, "hex").readDoubleBE())).toBe(text);
  });
});

it("canonicalJson is the same for values that differ only in the order of members", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const reversed = JSON.parse(JSON.stringify(value), (_key, it: unknown) =>
        typeof it === "object" && it !== null && !Array.isArray(it)
          ? Object.fromEntries(Object.entries(it).toReversed())
          : it,
      );
      const text = canonicalJson(value);
      expect(canonicalJson(reversed)).toBe(text);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

it("canonicalJson writes null for a number that no double can hold, as JSON.stringify does", () => {
  for (const value of [Number.POSITIVE_INFINITY, 10n ** 400n, -(10n ** 400n)])
    expect(canonicalJson({ a: [value], b: 1n })).toBe('{"a":[null],"b":1}');
});

it("canonicalJson replaces lone surrogates, and throws for what has no form in JSON", () => {
  expect(canonicalJson({ "a\ud800": "\udfff", b: ["\ud83d\ude00"] })).toBe('{"a\ufffd":"\ufffd","b":["\ud83d\ude00"]}');
  for (const value of [undefined, () => 1, Symbol("a")]) expect(() => canonicalJson(value)).toThrow(TypeError);
});
