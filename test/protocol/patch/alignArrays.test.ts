import fc from "fast-check";
import { expect, it } from "vitest";
import { alignArrays } from "../../../src/protocol/patch/alignArrays.ts";
import { growthOf, LINEAR } from "../../run/growthOf.ts";

const named = (name: string, x = 0) => ({ name, x });

it.each<[what: string, before: unknown[], after: unknown[], steps: string]>([
  ["empty arrays", [], [], ""],
  ["equal arrays", [1, 2], [1, 2], "keep keep"],
  ["an element inserted at the front", [1, 2], [0, 1, 2], "insert keep keep"],
  ["an element inserted in the middle", [1, 2], [1, 0, 2], "keep insert keep"],
  ["an element inserted at the end", [1, 2], [1, 2, 0], "keep keep insert"],
  ["removed elements", [1, 2, 3], [2], "remove keep remove"],
  ["an element changed in place", [1, 2, 3], [1, 9, 3], "keep keep keep"],
  [
    "elements that keep their name",
    [named("a"), named("b")],
    [named("x"), named("a", 1), named("b", 1)],
    "insert keep keep",
  ],
  ["an element whose sibling is removed", [named("a"), named("b")], [named("b", 1)], "remove keep"],
  ["equal elements at the front", [1, 1, 2], [1, 1, 1, 2], "keep keep insert keep"],
])("alignArrays returns the steps for %s", (_what, before, after, steps) => {
  expect(alignArrays(before, after).join(" ")).toBe(steps);
});

it("alignArrays covers every element of both arrays, also beyond the size of its table", () => {
  const list = fc.array(
    fc.oneof(
      fc.integer({ min: 0, max: 4 }),
      fc.constantFrom("a", "b").map((name) => named(name)),
    ),
    { maxLength: 12 },
  );
  const check = (before: unknown[], after: unknown[]): void => {
    const steps = alignArrays(before, after);
    const count = (step: string): number => steps.filter((one) => one === step).length;
    expect(count("keep") + count("remove")).toBe(before.length);
    expect(count("keep") + count("insert")).toBe(after.length);
  };
  fc.assert(fc.property(list, list, check));
  check(
    Array.from({ length: 500 }, (_, index) => index),
    Array.from({ length: 400 }, (_, index) => -1 - index),
  );
});

it.each<[what: string, name: object]>([
  ["without a name", {}],
  ["of one name", { name: "a" }],
])("alignArrays takes linear time for elements %s that differ at their end", (_what, name) => {
  const values = Array.from({ length: 400 }, (_, index) => ({ a: index }));
  const list = (count: number, from: number) =>
    Array.from({ length: count }, (_, index) => ({
      ...name,
      values: values.map((it) => ({ ...it })),
      last: from + index,
    }));
  const make = (count: number) => [list(count, 0), list(count, 1000)] as const;
  expect(growthOf(12, make, ([before, after]) => alignArrays(before, after))).toBeLessThan(LINEAR);
});
