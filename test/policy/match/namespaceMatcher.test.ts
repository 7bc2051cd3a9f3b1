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

it("namespaceMatcher evaluates a hostile pattern in linear time for each star", () => {
  const name = "a".repeat(10_000);
  const harmless = namespaceMatcher({ include: ["*b"] });
  const hostile = namespaceMatcher({ include: [`${"a*".repeat(50)}b`] });
  expect([harmless(name), hostile(name)]).toEqual([false, false]);
  // Backtracking would take at least a thousand times as long.
  expect(fastest(() => hostile(name)) / fastest(() => harmless(name))).toBeLessThan(500);
});
