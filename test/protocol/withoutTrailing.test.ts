import { expect, it } from "vitest";
import { withoutTrailing } from "../../src/protocol/withoutTrailing.ts";

it.each([
  ["", "/", ""],
  ["/", "/", ""],
  ["a", "/", "a"],
  ["/a//", "/", "/a"],
  [" a\t b \t", " \t", " a\t b"],
  ["a-.-", "-.", "a"],
])("withoutTrailing of %j and %j is %j", (text, characters, expected) => {
  expect(withoutTrailing(text, characters)).toBe(expected);
});

it("withoutTrailing takes linear time", () => {
  // By a regular expression this would take minutes.
  expect(withoutTrailing(`${" ".repeat(2_000_000)}x`, " ")).toHaveLength(2_000_001);
});
