import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertJson } from "../../src/protocol/assertJson.ts";
import { anyJson } from "./anyJson.ts";

class Custom {
  readonly a = 1;
}
const cycle: Record<string, unknown> = {};
cycle.self = cycle;
let deep: unknown = 1;
for (let level = 0; level < 1001; level += 1) deep = [deep];

describe("assertJson refuses a value that JSON cannot represent and names its place", () => {
  it.each<[value: unknown, message: string]>([
    [undefined, "/ is undefined, which JSON cannot represent"],
    [{ a: [Number.NaN] }, "/a/0 is NaN, which JSON cannot represent"],
    [[Number.POSITIVE_INFINITY], "/0 is Infinity, which JSON cannot represent"],
    [{ "a/b~": () => 0 }, "/a~1b~0 is a function, which JSON cannot represent"],
    [[Symbol("s")], "/0 is a symbol, which JSON cannot represent"],
    [[1n], "/0 is a bigint, which JSON cannot represent"],
    [[undefined], "/0 is undefined, which JSON cannot represent"],
    [new Array(2), "/0 is undefined, which JSON cannot represent"],
    [{ at: new Date(0) }, "/at is a Date, which JSON cannot represent"],
    [new Map(), "/ is a Map, which JSON cannot represent"],
    [new Custom(), "/ is a Custom, which JSON cannot represent"],
    [Promise.resolve(), "/ is a Promise, which JSON cannot represent"],
    [{ toJSON: () => 1 }, "/toJSON is a function, which JSON cannot represent"],
  ])("refuses %o", (value, message) => {
    expect(() => assertJson(value)).toThrow(
      expect.objectContaining({ name: "NotJsonError", code: "not-json-value", message }),
    );
  });

  it.each([
    ["a cycle", cycle],
    ["1,001 levels", deep],
  ])("refuses %s with a shortened path", (_what, value) => {
    expect(() => assertJson(value)).toThrow(/^.{1,210} is nested too deeply, or a cycle, which JSON cannot represent$/);
  });
});

it("assertJson omits members that are undefined and copies the others", () => {
  const given = { a: 1, b: undefined, c: [{ d: undefined }] };
  expect(Object.keys(Object(assertJson(given)))).toEqual(["a", "c"]);
  expect(assertJson(given)).toStrictEqual({ a: 1, c: [{}] });
});

it("assertJson returns an equal copy of any JSON value", () => {
  fc.assert(
    fc.property(anyJson(true), (value) => {
      const out = assertJson(value);
      expect(JSON.stringify(out)).toBe(JSON.stringify(value));
      if (typeof value === "object" && value !== null) expect(out).not.toBe(value);
    }),
  );
});
