import { expect, it } from "vitest";
import { RandomIds } from "../../../src/telemetry/trace/RandomIds.ts";
import { ratioSampler } from "../../../src/telemetry/trace/Sampler.ts";

const randomIds = new RandomIds();
const parent = { traceId: "a".repeat(32), spanId: "b".repeat(16), isSampled: true };

it.each([
  ["samples what the caller sampled, whatever the ratio", 0, parent, true],
  ["does not sample what the caller did not sample", 1, { ...parent, isSampled: false }, false],
])("ratioSampler %s", (_, ratio, given, isSampled) => {
  expect(ratioSampler(ratio)(0, given)).toBe(isSampled);
});

it.each([
  [0, 0, 0],
  [1, 1, 1],
  // Six standard deviations of a binomial distribution of 10,000.
  [0.1, 0.082, 0.118],
])("ratioSampler(%d) samples that share of the traces that begin here", (ratio, least, most) => {
  const sampler = ratioSampler(ratio);
  const sampled = Array.from({ length: 10_000 }, () => sampler(randomIds.bits(), undefined)).filter(Boolean).length;
  expect(sampled / 10_000).toBeGreaterThanOrEqual(least);
  expect(sampled / 10_000).toBeLessThanOrEqual(most);
});

it("ratioSampler samples more with a greater ratio", () => {
  const ids = Array.from({ length: 1_000 }, () => randomIds.bits());
  const [few, many] = [ratioSampler(0.1), ratioSampler(0.5)];
  for (const id of ids) {
    if (few(id, undefined)) expect(many(id, undefined)).toBe(true);
  }
});
