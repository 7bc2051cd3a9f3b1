import { expect, it } from "vitest";
import { jitterOf } from "../../src/sync/jitterOf.ts";

const WINDOW_MS = 60_000;
const offsetsOf = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => jitterOf({ gate: "postern", cluster: `prod-${index}` }, WINDOW_MS));

it("jitterOf is stable for one cluster and differs between clusters and gates", () => {
  const at = (gate: string, cluster: string): number => jitterOf({ gate, cluster }, WINDOW_MS);
  expect(at("postern", "a")).toBe(at("postern", "a"));
  expect(new Set([at("postern", "a"), at("postern", "b"), at("other", "a"), at("post", "ern\na")]).size).toBe(4);
});

it.each([1, 1_000, 60_000, 3_600_000])("jitterOf stays within a window of %i ms", (windowMs) => {
  for (let cluster = 0; cluster < 500; cluster += 1) {
    const offset = jitterOf({ gate: "g", cluster: String(cluster) }, windowMs);
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThan(windowMs);
  }
});

it("jitterOf is 0 for a window of 0", () => {
  expect(jitterOf({ gate: "g", cluster: "c" }, 0)).toBe(0);
});

it.each([1_000, 3_000])("jitterOf spreads %i clusters evenly", (count) => {
  const buckets = Array.from({ length: 60 }, () => 0);
  for (const offset of offsetsOf(count)) {
    const bucket = Math.floor(offset / 1_000);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  const expected = count / 60;
  const chiSquare = buckets.reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0);
  // With 59 degrees of freedom, one in a thousand even distributions exceeds 98.3.
  expect(chiSquare).toBeLessThan(98.3);
});
