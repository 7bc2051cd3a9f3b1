import { describe, expect, it } from "vitest";
import { literalOf, propertyName } from "../../../src/cli/enroll/literalOf.ts";

const evaluated = (text: string): unknown => Function(`return (${text});`)();

describe("literalOf", () => {
  it.each<[value: unknown]>([
    [{}],
    [[]],
    [{ a: [], b: {} }],
    [{ "a-b": 1, c: null, d: [true, [false]], 2: "x" }],
    [{ text: "\"'`$\\ \n\u0000\u2028\u202e\u{e0001}" }],
    [{ a: "x".repeat(100), list: [{ b: "y".repeat(100) }, ["z".repeat(90)]] }],
  ])("has the value %j", (value) => {
    const text = literalOf(value);
    expect(evaluated(text)).toEqual(value);
    expect(text).toMatch(/^[ -~\n]*$/);
  });

  it("fills a line up to 80 columns, and breaks what is longer", () => {
    const value = { a: "x".repeat(70) };
    expect(literalOf(value)).toBe(`{ a: "${"x".repeat(70)}" }`);
    expect(literalOf(value, 1)).toBe(`{ a: "${"x".repeat(70)}" }`);
    expect(literalOf(value, 2, "  ")).toBe(`{\n    a: "${"x".repeat(70)}",\n  }`);
  });
});

it.each([
  ["production", "production"],
  ["eu-1", '"eu-1"'],
  ["1a", '"1a"'],
  ["a.b", '"a.b"'],
])("propertyName of %s", (name, expected) => {
  expect(propertyName(name)).toBe(expected);
});
