import fc from "fast-check";
import { expect, it } from "vitest";
import { DomainSet } from "../../../src/trust/verify/DomainSet.ts";
import { growthOf, LINEAR } from "../../run/growthOf.ts";

/** As Go up to 1.25 compares a name with one domain (matchDomainConstraint). */
function contains(domain: string, name: string): boolean {
  const [wanted, given] = [name.toLowerCase(), domain.toLowerCase()];
  if (given === "" || wanted === given) return given === "" || !given.startsWith(".");
  return wanted.endsWith(given.startsWith(".") ? given : `.${given}`);
}

it("decides for any names as a comparison with each domain does", () => {
  const label = fc.constantFrom("a", "b", "ab", "A", "*", "c-d");
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
  const domain = fc.oneof(
    name,
    name.map((it) => `.${it}`),
    fc.constantFrom(""),
  );
  fc.assert(
    fc.property(fc.array(domain, { maxLength: 6 }), name, (domains, wanted) => {
      expect(new DomainSet(domains).has(wanted)).toBe(domains.some((it) => contains(it, wanted)));
    }),
    { numRuns: 3_000 },
  );
});

it.each<[what: string, domains: (count: number) => string[], name: string]>([
  ["many domains", (count) => Array.from({ length: count }, (_, index) => `n${index}.example`), "x.example"],
  [
    "domains below each other",
    (count) => Array.from({ length: count }, (_, index) => `${"a.".repeat(index % 50)}b`),
    "b",
  ],
  ["a long domain", (count) => [`${"a.".repeat(count * 10)}b`], "b"],
])("takes linear time for %s", (_what, domains, name) => {
  const ask = (all: string[]): void => {
    const set = new DomainSet(all);
    for (let left = all.length; left > 0; left -= 1) set.has(`${left}.${name}`);
  };
  expect(growthOf(500, domains, ask)).toBeLessThan(LINEAR);
});
