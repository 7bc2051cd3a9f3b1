import fc from "fast-check";
import { expect, it } from "vitest";
import type { NamespaceMatch } from "../../../src/policy/define/Match.ts";
import { namespaceMatcher } from "../../../src/policy/match/namespaceMatcher.ts";
import { fastest } from "../fastest.ts";

it.each<[match: NamespaceMatch, yes: string[], no: string[]]>([
  [{}, ["", "a"], []],
  [{ include: ["a", "b"] }, ["a", "b"], ["", "c", "aa"]],
  [{ include: ["a*"] }, ["a", "abc"], ["ba", ""]],
  [{ include: ["*a"] }, ["a", "ba", "aa"], ["ab"]],
  [{ include: ["a*b*c"] }, ["abc", "axbxbxc"], ["acb", "ab"]],
  [{ include: ["a?c"] }, ["abc"], ["ac", "abbc"]],
  [{ include: ["?"] }, ["a"], ["", "ab"]],
  [{ include: ["a.c", "[a]", "a+"] }, ["a.c", "[a]", "a+"], ["abc", "a", "aa"]],
  [{ exclude: ["kube-*"] }, ["", "kube", "default"], ["kube-system", "kube-"]],
  [{ include: ["a*"], exclude: ["ab"] }, ["a", "abc"], ["ab"]],
  [{ include: ["**a**"] }, ["a", "xax"], ["b"]],
])("namespaceMatcher of %j matches %j and not %j", (match, yes, no) => {
  const matches = namespaceMatcher(match);
  expect({ yes: yes.filter(matches), no: no.filter((name) => !matches(name)) }).toEqual({ yes, no });
});

it("namespaceMatcher agrees with the regular expression of a pattern", () => {
  const glob = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), minLength: 1, maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(glob, name, (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`);
      expect(namespaceMatcher({ include: [pattern] })(text)).toBe(expression.test(text));
    }),
    { numRuns: 3000 },
  );
});

it.each([1, 2, 10, 50, 100])("namespaceMatcher takes bounded time for %i stars", (stars) => {
  const name = "a".repeat(253);
  const harmless = namespaceMatcher({ include: ["*b"] });
  const hostile = namespaceMatcher({ include: [`${"a*".repeat(stars)}b`] });
  expect([harmless(name), hostile(name)]).toEqual([false, false]);
  // One pair of characters is one step: at most 201 times as many as for `*b`. Backtracking would never end.
  const repeat = (matches: (name: string) => boolean) => (): void => {
    for (let count = 0; count < 100; count += 1) matches(name);
  };
  expect(fastest(repeat(hostile)) / fastest(repeat(harmless))).toBeLessThan(500);
});

it.each<NamespaceMatch>([{ include: ["*b"] }, { exclude: ["*a"] }, { include: ["a*"], exclude: ["*"] }])(
  "namespaceMatcher of %j skips no policy for a name that is too long",
  (match) => {
    const matches = namespaceMatcher(match);
    expect([matches("a".repeat(254)), matches("a".repeat(3_000_000))]).toEqual([true, true]);
  },
);
