import { afterEach, describe, expect, it, vi } from "vitest";
import { measureSpeed } from "./measureSpeed.ts";
import { patience, scaled, scaledRate, settleSpeedFactor, speedFactor } from "./speedFactor.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("what follows from the factor", () => {
  it.each<[string, factor: string | undefined, interval: number, limit: number, rate: number]>([
    ["the reference machine", "1", 1_000, 2_000, 50],
    ["a faster machine", "0.5", 1_000, 2_000, 50],
    ["half the speed", "2", 2_000, 2_000, 25],
    ["a fifth of the speed", "5", 5_000, 5_000, 10],
    ["nothing measured", undefined, 1_000, 2_000, 50],
    ["nonsense", "fast", 1_000, 2_000, 50],
  ])("%s: intervals, limits and loads", (_, factor, interval, limit, rate) => {
    vi.stubEnv("POSTERN_SPEED_FACTOR", factor);
    expect([scaled(1_000), patience(1_000), scaledRate(50)]).toEqual([interval, limit, rate]);
  });
});

it("a factor that is given is not measured again", async () => {
  vi.stubEnv("POSTERN_SPEED_FACTOR", "3.5");
  expect([await settleSpeedFactor(), speedFactor()]).toEqual([3.5, 3.5]);
});

it("the speed is measured on each core, and is a number above 0", async () => {
  expect(await measureSpeed(1)).toBeGreaterThan(0);
});
