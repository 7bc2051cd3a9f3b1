import fc from "fast-check";
import { expect, it } from "vitest";
import { alignArrays } from "../../../src/protocol/patch/alignArrays.ts";

const named = (name: string, x = 0) => ({ name, x });

it.each<[what: string, before: unknown[], after: unknown[], steps: string]>([
  ["nothing", [], [], ""],
  ["equal", [1, 2], [1, 2], "keep keep"],
  ["front", [1, 2], [0, 1, 2], "insert keep keep"],
  ["middle", [1, 2], [1, 0, 2], "keep insert keep"],
  ["end", [1, 2], [1, 2, 0], "keep keep insert"],
  ["removed", [1, 2, 3], [2], "remove keep remove"],
  ["changed in place", [1, 2, 3], [1, 9, 3], "keep keep keep"],
  [
    "the same name is the same element",
    [named("a"), named("b")],
    [named("x"), named("a", 1), named("b", 1)],
    "insert keep keep",
  ],
  ["and one that lost its sibling", [named("a"), named("b")], [named("b", 1)], "remove keep"],
  ["repeats in front", [1, 1, 2], [1, 1, 1, 2], "keep keep insert keep"],
])("%s", (_what, before, after, steps) => {
  expect(alignArrays(before, after).join(" ")).toBe(steps);
});

it("uses up both lists, with no more insertions and removals than the plain way, also past the table's size", () => {
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
