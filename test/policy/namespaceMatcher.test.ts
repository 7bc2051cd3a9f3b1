import fc from "fast-check";
import { expect, it } from "vitest";
import { type NamespaceMatch, namespaceMatcher } from "../../src/policy/namespaceMatcher.ts";

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
])("%j", (match, yes, no) => {
  const matches = namespaceMatcher(match);
  expect({ yes: yes.filter(matches), no: no.filter((name) => !matches(name)) }).toEqual({ yes, no });
});

it("a glob is what the regular expression for it is", () => {
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

it("hostile globs and names end soon", () => {
  const started = performance.now();
  expect(namespaceMatcher({ include: [`${"a*".repeat(50)}b`] })("a".repeat(10_000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(1000);
});
