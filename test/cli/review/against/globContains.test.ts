import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { globContains, globInstance, globIntersection } from "../../../../src/cli/review/against/globContains.ts";
import { namespaceMatcher } from "../../../../src/policy/match/namespaceMatcher.ts";

const matches = (pattern: string, text: string): boolean =>
  text === "" ? /^\**$/.test(pattern) : namespaceMatcher({ include: [pattern] })(text);
const pattern = fc.string({ unit: fc.constantFrom("a", "b", "-", "*", "?"), minLength: 1, maxLength: 6 });
const text = fc.string({ unit: fc.constantFrom("a", "b", "-", "q"), minLength: 1, maxLength: 6 });

describe("globContains", () => {
  it.each([
    ["*", "a-*", true],
    ["a-*", "a-b*", true],
    ["a-*", "a-?", true],
    ["a?", "a*", false],
    ["a", "a", true],
    ["a-*", "*", false],
    ["*-b", "a-*-b", true],
  ])("of %s and %s is %s", (outer, inner, expected) => {
    expect(globContains(outer, inner)).toBe(expected);
  });

  it("is never true where the outer pattern leaves out a text of the inner one", () => {
    fc.assert(
      fc.property(pattern, pattern, text, (outer, inner, name) => {
        if (globContains(outer, inner) && matches(inner, name)) expect(matches(outer, name)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("globIntersection", () => {
  it("is a text that both patterns match, and there is one when a text matches both", () => {
    fc.assert(
      fc.property(pattern, pattern, text, (left, right, name) => {
        const found = globIntersection(left, right);
        if (found !== undefined) expect([matches(left, found), matches(right, found)]).toEqual([true, true]);
        else expect(matches(left, name) && matches(right, name)).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });
});

it("globInstance is a text that the pattern matches", () => {
  fc.assert(
    fc.property(pattern, (glob) => {
      expect(matches(glob, globInstance(glob))).toBe(true);
    }),
  );
});
