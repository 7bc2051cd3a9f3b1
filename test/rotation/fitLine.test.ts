import { expect, it } from "vitest";
import { fitLine } from "./fitLine.ts";

const xs = Array.from({ length: 40 }, (_, x) => x);

it("fits a line that the points lie on", () => {
  const fit = fitLine(xs.map((x) => [x, 3 * x - 7]));
  expect(fit?.slope).toBeCloseTo(3, 10);
  expect(fit?.standardError).toBeCloseTo(0, 10);
});

it("has the standard error of points that scatter", () => {
  // Residuals of 1 and -1 in turn: the sum of their squares is 40 but for what the slope takes of it, that of x's 40 (40² - 1) / 12.
  const fit = fitLine(xs.map((x) => [x, x % 2 === 0 ? 1 : -1]));
  expect(fit?.standardError).toBeCloseTo(Math.sqrt(40 / 38 / 5_330), 4);
  expect(fit?.least).toBeLessThan(0);
  expect(fit?.most).toBeGreaterThan(0);
});

it.each([
  ["too few", xs.slice(0, 19).map((x) => [x, x] as const)],
  ["all in one place", xs.map((x) => [1, x] as const)],
])("fits none to points that are %s", (_, points) => {
  expect(fitLine(points)).toBeUndefined();
});
