import { expect, it } from "vitest";
import { boundTimes } from "../../../src/sync/target/boundTimes.ts";
import { stateAnnotations } from "../../../src/sync/target/TargetState.ts";

const rootAt = (at: number): string => at.toString(16).padStart(64, "0");
const times = (count: number, from = 0): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [rootAt(from + at), 1_800_000_000_000]));

it("boundTimes keeps 400 roots, and the same ones in each run", () => {
  expect(boundTimes(times(400), {})).toEqual(times(400));
  const first = boundTimes(times(3_000), {});
  expect(Object.keys(first)).toHaveLength(400);
  expect(boundTimes(times(3_000), first)).toEqual(first);
});

it("boundTimes prefers roots that are remembered, and then those in use", () => {
  const used = new Set([rootAt(2_999), rootAt(2_998)]);
  expect(Object.keys(boundTimes(times(3_000), {}, used))).toEqual(expect.arrayContaining([...used]));
  const before = times(399, 1_000);
  const kept = Object.keys(boundTimes(times(3_000), before, used));
  expect(kept).toEqual(expect.arrayContaining(Object.keys(before)));
  expect(kept.filter((root) => used.has(root))).toHaveLength(1);
});

it("the times of a bundle full of roots fit into an annotation that the admission policy allows", () => {
  const { "postern.dev/sync-unasked": text = "" } = stateAnnotations({ unaskedSince: boundTimes(times(3_000), {}) });
  expect(text.length).toBeGreaterThan(30_000);
  expect(text.length).toBeLessThanOrEqual(40_000);
});

it("stateAnnotations omits a snapshot that does not fit beside the times of roots", () => {
  const snapshot = [{ name: "a", url: "https://a", bundle: "x".repeat(200_000) }];
  const small = stateAnnotations({ snapshot });
  expect(small).toHaveProperty(["postern.dev/sync-snapshot"]);
  const large = stateAnnotations({ snapshot, unaskedSince: times(400), unusedSince: times(400, 1_000) });
  expect(large).not.toHaveProperty(["postern.dev/sync-snapshot"]);
  // `TotalAnnotationSizeLimitB`, k8s.io/apimachinery.
  expect(Object.entries(large).flat().join("").length).toBeLessThan(256 * 1024 - 32 * 1024);
});
