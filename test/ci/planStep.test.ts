import { describe, expect, it } from "vitest";
import { type CiStep, type StepSize, step } from "./CiStep.ts";
import { type CiTime, planStep } from "./planStep.ts";

const ESSENTIAL = step("essential", 100, ["true"], { isEssential: true });
const OTHER = step("other", 100, ["true"]);
const sizeOf = (seconds: number): StepSize => ({ name: `${seconds} s`, command: ["true"], seconds });
const SIZED: CiStep = {
  name: "sized",
  isEssential: false,
  sizes: [sizeOf(10), sizeOf(50), sizeOf(400)],
};
const FULL: CiStep = { ...SIZED, sizes: [sizeOf(10), { ...sizeOf(50), isFull: true }] };
const TIME: CiTime = { elapsed: 0, budget: 1_000, limit: 2_000, secondsPerSecond: 1, later: [] };

const plan = (it: CiStep, time: Partial<CiTime>): string => {
  const planned = planStep(it, { ...TIME, ...time });
  return planned.type === "skip" ? planned.why : `${planned.size.seconds} s, ended after ${planned.seconds} s`;
};

describe("planStep", () => {
  it.each<[name: string, step: CiStep, time: Partial<CiTime>, expected: string]>([
    ["an essential step runs within the budget", ESSENTIAL, {}, "100 s, ended after 2000 s"],
    ["an essential step runs past the budget", ESSENTIAL, { elapsed: 1_500 }, "100 s, ended after 500 s"],
    ["an essential step is left out at the limit", ESSENTIAL, { elapsed: 2_000 }, "the limit of 33.3 min is reached"],
    ["another step runs where the budget holds it", OTHER, { elapsed: 900 }, "100 s, ended after 1100 s"],
    [
      "another step is skipped where the budget does not hold it",
      OTHER,
      { elapsed: 901 },
      "it takes about 1.7 min, and 1.6 min of the 16.7 are left",
    ],
    [
      "another step is skipped past the budget",
      OTHER,
      { elapsed: 1_200 },
      "it takes about 1.7 min, and 0.0 min of the 16.7 are left",
    ],
    [
      "a slower machine needs more for the same step",
      OTHER,
      { elapsed: 900, secondsPerSecond: 2 },
      "it takes about 3.3 min, and 1.7 min of the 16.7 are left",
    ],
    [
      "time is kept for the essential steps to come",
      OTHER,
      { elapsed: 850, later: [ESSENTIAL] },
      "it takes about 1.7 min, and 0.8 min of the 16.7 are left",
    ],
    [
      "a step is ended before the time of the essential steps to come",
      OTHER,
      { later: [ESSENTIAL] },
      "100 s, ended after 1900 s",
    ],
    ["the largest size that fits is run", SIZED, {}, "400 s, ended after 2000 s"],
    ["a smaller size is run where there is less time", SIZED, { elapsed: 700 }, "50 s, ended after 1300 s"],
    [
      "a smaller size is run to leave time for the smallest of the steps to come",
      SIZED,
      { elapsed: 500, later: [OTHER, SIZED] },
      "50 s, ended after 1500 s",
    ],
    [
      "the smallest size is run where the steps to come do not fit in any case",
      SIZED,
      { elapsed: 950, later: [OTHER] },
      "10 s, ended after 1050 s",
    ],
    ["a full size is not run within a budget", FULL, {}, "10 s, ended after 2000 s"],
    ["without a budget a full size is run", FULL, { budget: undefined }, "50 s, ended after Infinity s"],
    [
      "without a budget the largest size is run",
      SIZED,
      { budget: undefined, elapsed: 9_999 },
      "400 s, ended after Infinity s",
    ],
  ])("%s", (_, it, time, expected) => {
    expect(plan(it, time)).toBe(expected);
  });
});
