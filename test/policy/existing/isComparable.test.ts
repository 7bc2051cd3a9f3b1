import { describe, expect, it } from "vitest";
import { isComparable } from "../../../src/policy/existing/isComparable.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";

const a = { name: "a", image: "a:1" };

describe("isComparable", () => {
  const nested = (levels: number): JsonObject => (levels === 0 ? {} : { a: nested(levels - 1) });
  it.each<[what: string, state: JsonObject, expected: boolean]>([
    ["a Pod", { spec: { containers: [a] } }, true],
    ["a list of a million elements", { list: new Array(1_000_000).fill(1) }, false],
    ["an object with a hundred levels", nested(100), false],
    ["a key of a megabyte", { ["x".repeat(1_000_000)]: 1 }, false],
    ["a text of a megabyte", { data: "x".repeat(1_000_000) }, true],
  ])("for %s", (_, state, expected) => {
    expect(isComparable(state, {})).toBe(expected);
  });
});
