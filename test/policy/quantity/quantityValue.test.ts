import { expect, it } from "vitest";
import { quantityValue } from "../../../src/policy/quantity/quantityValue.ts";
import { fastest } from "../fastest.ts";

it.each<[quantity: unknown, value: number | undefined]>([
  ["1", 1],
  [1, 1],
  ["500m", 0.5],
  ["0.5", 0.5],
  [".5", 0.5],
  ["5.", 5],
  ["100m", 0.1],
  ["1Ki", 1024],
  ["1.5Gi", 1.5 * 2 ** 30],
  ["1024Mi", 2 ** 30],
  ["1k", 1000],
  ["1E", 1e18],
  ["1e3", 1000],
  ["1E3", 1000],
  ["12E-1", 1.2],
  ["-1", -1],
  ["+1M", 1e6],
  ["0Mi", 0],
  ["250u", 0.00025],
  ["3n", 3e-9],
  ["", undefined],
  [" 1", undefined],
  ["1 Gi", undefined],
  ["1KB", undefined],
  ["Gi", undefined],
  ["1.2.3", undefined],
  ["constructor", undefined],
  ["1constructor", undefined],
  ["NaN", undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [null, undefined],
  [undefined, undefined],
  [["1"], undefined],
  [{}, undefined],
  [true, undefined],
])("quantityValue of %j is %s", (quantity, value) => {
  expect(quantityValue(quantity)).toBe(value);
});

it.each([
  ["0.1", "100m"],
  ["4.35k", "4350"],
  ["1.1", "1100m"],
  ["0.3", "300000u"],
  ["1.1Ki", "1126.4"],
  ["0.1Gi", "107374182.4"],
  ["9.95M", "9950k"],
])("quantityValue is equal for %s and %s", (one, other) => {
  expect(quantityValue(one)).toBe(quantityValue(other));
});

it.each(["1", "1.", ".1", "1e", "m"])("quantityValue parses a long text of %j in linear time", (part) => {
  const hostile = `${part.repeat(100_000)}!`;
  const harmless = "1".repeat(hostile.length);
  expect(quantityValue(hostile)).toBeUndefined();
  // Backtracking would take 100,000 times as long.
  expect(fastest(() => quantityValue(hostile)) / fastest(() => quantityValue(harmless))).toBeLessThan(100);
});
