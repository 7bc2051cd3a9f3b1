import { afterEach, describe, expect, it, vi } from "vitest";
import { measureSpeed } from "./measureSpeed.ts";
import { patience, scaled, scaledRate, settleSpeedFactor, speedFactor } from "./speedFactor.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("speedFactor", () => {
  it.each<[string, factor: string | undefined, interval: number, limit: number, rate: number]>([
    ["the reference machine", "1", 1_000, 2_000, 50],
    ["a faster machine", "0.5", 1_000, 2_000, 50],
    ["a machine of half the speed", "2", 2_000, 2_000, 25],
    ["a machine of a fifth of the speed", "5", 5_000, 5_000, 10],
    ["a machine without a measurement", undefined, 1_000, 2_000, 50],
    ["a factor that is not a number", "fast", 1_000, 2_000, 50],
  ])(
    "scaled, patience and scaledRate return the interval, limit and load for %s",
    (_, factor, interval, limit, rate) => {
      vi.stubEnv("POSTERN_SPEED_FACTOR", factor);
      expect([scaled(1_000), patience(1_000), scaledRate(50)]).toEqual([interval, limit, rate]);
    },
  );
});

it("settleSpeedFactor does not measure when POSTERN_SPEED_FACTOR is set", async () => {
  vi.stubEnv("POSTERN_SPEED_FACTOR", "3.5");
  expect([await settleSpeedFactor(), speedFactor()]).toEqual([3.5, 3.5]);
});

it("measureSpeed measures every core and returns a number above 0", async () => {
  expect(await measureSpeed(1)).toBeGreaterThan(0);
});
