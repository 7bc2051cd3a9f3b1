import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecentlyUsed } from "../../src/cache/RecentlyUsed.ts";

/** What is done to a map, with keys of 1 to 9 characters. */
const step = fc.record({
  key: fc.integer({ min: 1, max: 9 }).map((length) => "k".repeat(length)),
  what: fc.constantFrom("set", "get", "delete" as const),
});

describe("a map of what was used recently", () => {
  it("keeps the entries that were used last, at least one generation of them and at most two", () => {
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 5 }), (steps, entries) => {
        const map = new RecentlyUsed<string, string>({ entries });
        let model: string[] = [];
        for (const { key, what } of steps) {
          const isKnown = what === "get" && map.get(key) !== undefined;
          if (what === "set") map.set(key, `of ${key}`);
          if (what === "delete") map.delete(key);
          const rest = model.filter((it) => it !== key);
          model = what === "set" || isKnown ? [...rest, key] : rest;
          expect(map.size).toBeLessThanOrEqual(2 * entries);
        }
        for (const key of model.slice(-entries).reverse()) expect(map.get(key)).toBe(`of ${key}`);
        for (let length = 1; length <= 9; length += 1)
          if (!model.includes("k".repeat(length))) expect(map.get("k".repeat(length))).toBeUndefined();
      }),
    );
  });

  it("has the weight of its keys, and at most two generations of it", () => {
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 9, max: 20 }), (steps, weight) => {
        const weightOf = (key: string): number => key.length;
        const map = new RecentlyUsed<string, string>({ entries: 100, weight, weightOf });
        for (const { key, what } of steps) {
          if (what === "set") map.set(key, key);
          else if (what === "get") map.get(key);
          else map.delete(key);
          expect(map.weight).toBeLessThanOrEqual(2 * weight);
        }
        for (let length = 1; length <= 9; length += 1) map.delete("k".repeat(length));
        expect([map.size, map.weight]).toEqual([0, 0]);
      }),
    );
  });
});
