import { expect, it } from "vitest";
import { fitLine } from "./fitLine.ts";

const xs = Array.from({ length: 40 }, (_, x) => x);

it("fitLine fits points on a line exactly", () => {
  const fit = fitLine(xs.map((x) => [x, 3 * x - 7]));
  expect(fit?.slope).toBeCloseTo(3, 10);
  expect(fit?.standardError).toBeCloseTo(0, 10);
});

it("fitLine computes the standard error of scattered points", () => {
  // Residuals alternate between 1 and -1: the sum of squares is about 40, and that of x is 40 (40² - 1) / 12.
  const fit = fitLine(xs.map((x) => [x, x % 2 === 0 ? 1 : -1]));
  expect(fit?.standardError).toBeCloseTo(Math.sqrt(40 / 38 / 5_330), 4);
  expect(fit?.min).toBeLessThan(0);
  expect(fit?.max).toBeGreaterThan(0);
});

it.each([
  ["too few points", xs.slice(0, 19).map((x) => [x, x] as const)],
  ["points with the same x", xs.map((x) => [1, x] as const)],
])("fitLine returns undefined for %s", (_, points) => {
  expect(fitLine(points)).toBeUndefined();
});
