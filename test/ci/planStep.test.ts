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
const TIME: CiTime = { elapsedSeconds: 0, budgetSeconds: 1_000, limitSeconds: 2_000, secondsPerSecond: 1, later: [] };

const plan = (it: CiStep, time: Partial<CiTime>): string => {
  const planned = planStep(it, { ...TIME, ...time });
  return planned.type === "skip"
    ? planned.reason
    : `${planned.size.seconds} s, stopped after ${planned.limitSeconds} s`;
};

describe("planStep", () => {
  it.each<[name: string, step: CiStep, time: Partial<CiTime>, expected: string]>([
    ["runs an essential step within the budget", ESSENTIAL, {}, "100 s, stopped after 2000 s"],
    ["runs an essential step past the budget", ESSENTIAL, { elapsedSeconds: 1_500 }, "100 s, stopped after 500 s"],
    ["skips an essential step at the limit", ESSENTIAL, { elapsedSeconds: 2_000 }, "the limit of 33.3 min is reached"],
    ["runs another step that fits into the budget", OTHER, { elapsedSeconds: 900 }, "100 s, stopped after 1100 s"],
    [
      "skips another step that does not fit into the budget",
      OTHER,
      { elapsedSeconds: 901 },
      "it takes about 1.7 min, and 1.6 of 16.7 min are left",
    ],
    [
      "skips another step past the budget",
      OTHER,
      { elapsedSeconds: 1_200 },
      "it takes about 1.7 min, and 0.0 of 16.7 min are left",
    ],
    [
      "expects a longer duration on a slower machine",
      OTHER,
      { elapsedSeconds: 900, secondsPerSecond: 2 },
      "it takes about 3.3 min, and 1.7 of 16.7 min are left",
    ],
    [
      "reserves time for later essential steps",
      OTHER,
      { elapsedSeconds: 850, later: [ESSENTIAL] },
      "it takes about 1.7 min, and 0.8 of 16.7 min are left",
    ],
    [
      "stops a step before the time of later essential steps",
      OTHER,
      { later: [ESSENTIAL] },
      "100 s, stopped after 1900 s",
    ],
    ["runs the largest size that fits", SIZED, {}, "400 s, stopped after 2000 s"],
    ["runs a smaller size when less time is left", SIZED, { elapsedSeconds: 700 }, "50 s, stopped after 1300 s"],
    [
      "runs a smaller size to leave time for the smallest sizes of later steps",
      SIZED,
      { elapsedSeconds: 500, later: [OTHER, SIZED] },
      "50 s, stopped after 1500 s",
    ],
    [
      "runs the smallest size when the later steps do not fit in any case",
      SIZED,
      { elapsedSeconds: 950, later: [OTHER] },
      "10 s, stopped after 1050 s",
    ],
    ["does not run a full size within a budget", FULL, {}, "10 s, stopped after 2000 s"],
    ["runs a full size without a budget", FULL, { budgetSeconds: undefined }, "50 s, stopped after Infinity s"],
    [
      "runs the largest size without a budget",
      SIZED,
      { budgetSeconds: undefined, elapsedSeconds: 9_999 },
      "400 s, stopped after Infinity s",
    ],
  ])("%s", (_, it, time, expected) => {
    expect(plan(it, time)).toBe(expected);
  });
});
