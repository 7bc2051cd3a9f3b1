import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertJson } from "../../src/protocol/assertJson.ts";
import { GivenNumbers } from "../../src/protocol/json/GivenNumbers.ts";
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
    [[2n ** 63n], "/0 is a bigint beyond int64, which the API server would round"],
    [{ a: -(2n ** 63n) - 1n }, "/a is a bigint beyond int64, which the API server would round"],
    [{ a: 2n ** 64n }, "/a is a bigint beyond int64, which the API server would round"],
    [{ a: 10n ** 400n }, "/a is a bigint beyond int64, which the API server would round"],
    [
      { a: Number(1764324000123456787n) },
      "/a is a number beyond 2^53, which may be rounded: such an integer must be a bigint",
    ],
    [
      [Number(9223372036854775807n)],
      "/0 is a number beyond 2^53, which may be rounded: such an integer must be a bigint",
    ],
    [[-(2 ** 53)], "/0 is a number beyond 2^53, which may be rounded: such an integer must be a bigint"],
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

it.each<[value: unknown, copy: unknown]>([
  [9223372036854775807n, 9223372036854775807n],
  [-9223372036854775808n, -9223372036854775808n],
  [[2n ** 53n], [9007199254740992n]],
  [
    { small: 5n, large: -9007199254740991n },
    { small: 5, large: -9007199254740991 },
  ],
  [
    { float: 2 ** 64, larger: 1e300 },
    { float: 2 ** 64, larger: 1e300 },
  ],
])("assertJson keeps the integers of %o, as a bigint where a number may not hold them", (value, copy) => {
  expect(assertJson(value)).toStrictEqual(copy);
});

it("assertJson accepts a number beyond 2^53 that was given", () => {
  const given = new GivenNumbers({ deep: [1e17, 2 ** 63] });
  expect(assertJson({ moved: 1e17, also: [2 ** 63] }, "", 0, given)).toStrictEqual({ moved: 1e17, also: [2 ** 63] });
  expect(() => assertJson({ other: 2e17 }, "", 0, given)).toThrow("/other is a number beyond 2^53, which may");
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
