import { expect, it } from "vitest";
import { jitterOf } from "../../src/sync/jitterOf.ts";

const WINDOW = 60_000;
const placesOf = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => jitterOf({ gate: "postern", cluster: `prod-${index}` }, WINDOW));

it("is the same for one cluster, another for the next, and another for another gate", () => {
  const at = (gate: string, cluster: string): number => jitterOf({ gate, cluster }, WINDOW);
  expect(at("postern", "a")).toBe(at("postern", "a"));
  expect(new Set([at("postern", "a"), at("postern", "b"), at("other", "a"), at("post", "ern\na")]).size).toBe(4);
});

it.each([1, 1_000, 60_000, 3_600_000])("is within a window of %i ms", (window) => {
  for (let cluster = 0; cluster < 500; cluster += 1) {
    const place = jitterOf({ gate: "g", cluster: String(cluster) }, window);
    expect(place).toBeGreaterThanOrEqual(0);
    expect(place).toBeLessThan(window);
  }
});

it("is none without a window", () => {
  expect(jitterOf({ gate: "g", cluster: "c" }, 0)).toBe(0);
});

it.each([1_000, 3_000])("spreads %i clusters evenly", (count) => {
  const buckets = Array.from({ length: 60 }, () => 0);
  for (const place of placesOf(count)) {
    const bucket = Math.floor(place / 1_000);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  const expected = count / 60;
  const chiSquare = buckets.reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0);
  // For 59 degrees of freedom, one in a thousand even spreads is above 98.3.
  expect(chiSquare).toBeLessThan(98.3);
});
