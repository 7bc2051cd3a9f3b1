import { expect, it } from "vitest";
import { matchesGlob } from "../../src/protocol/matchesGlob.ts";
import { growthOf, LINEAR } from "../run/growthOf.ts";

it.each([
  ["*PASS*", "DB_PASSWORD", true],
  ["*pass*", "DB_PASSWORD", false],
  ["PASS", "PASSWORD", false],
  ["PASS*", "PASSWORD", true],
  ["*WORD", "PASSWORD", true],
  ["*WORD", "WORDS", false],
  ["*", "", true],
  ["a*a", "a", false],
  ["a*a", "aa", true],
  ["a*b*c", "a-b-c", true],
  ["a*b*c", "a-c-b", false],
  ["*ab*ab", "ab", false],
  ["a.c", "abc", false],
  ["", "", true],
  ["", "a", false],
])("%s and %s: %s", (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected);
});

it("takes linear time", () => {
  const pattern = "*a*a*a*a*a*b";
  expect(
    growthOf(
      4_000,
      (size) => "a".repeat(size),
      (text) => matchesGlob(pattern, text),
    ),
  ).toBeLessThan(LINEAR);
});
