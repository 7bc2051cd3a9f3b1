import { expect, it } from "vitest";
import { compareQuantities } from "../../../src/policy/quantity/compareQuantities.ts";

it.each<[left: unknown, right: unknown, result: number]>([
  ["1", "1", 0],
  ["0.1", "100m", 0],
  ["1Gi", "1024Mi", 0],
  [1, "1000m", 0],
  [2n ** 60n, "1Ei", 0],
  ["0", "-0", 0],
  ["-1", "1", -1],
  ["-2", "-1", -1],
  ["1G", "1Gi", -1],
  ["4001m", "4", 1],
  // Equal as floating point numbers.
  ["9007199254740993", "9007199254740992", 1],
  ["9007199254740992", "9007199254740993", -1],
  ["-9007199254740993", "-9007199254740992", -1],
  ["1000000000.000000001", "1000000000", 1],
  ["1073741824.000000001", "1Gi", 1],
  // Rounded up to billionths.
  ["0.1n", "1n", 0],
  ["0.1n", "0.9n", 0],
  ["1e-400", "1n", 0],
  ["-0.1n", "-1n", 0],
  ["1.0000000001", "1.000000001", 0],
  ["0.0000000000", "0", 0],
  ["0.00000000001Ki", "11n", 0],
  // The maximum of a binary suffix, and none of others.
  ["8Ei", "9Ei", 0],
  ["8Ei", "9223372036854775807", 0],
  ["8Ei", "9223372036854775808", -1],
  ["-9Ei", "-8Ei", 0],
  ["20E", "9Ei", 1],
  ["0e99999", "0", 0],
  ["1e99999", "1", 1],
  ["1e99999999999999999999999", "1e9", 1],
])("compareQuantities of %s and %s is %s", (left, right, result) => {
  expect(compareQuantities(left, right)).toBe(result);
});

it.each<[left: unknown, right: unknown, times: number, result: number]>([
  ["4", "1", 4, 0],
  ["400m", "0.1", 4, 0],
  ["0.3", "0.1", 3, 0],
  ["401m", "0.1", 4, 1],
  ["399m", "0.1", 4, -1],
  ["1.5Gi", "1Gi", 1.5, 0],
  ["1", "0", 4, 1],
  ["0", "0", 4, 0],
  ["much", "1", 2, Number.NaN],
])("compareQuantities of %s and %s, %d times, is %s", (left, right, times, result) => {
  expect(compareQuantities(left, right, times)).toBe(result);
});

it.each<[left: unknown, right: unknown]>([
  ["much", "1"],
  ["1", "much"],
  ["", ""],
  [undefined, "1"],
  [null, "1"],
  [{}, "1"],
  [["1"], "1"],
])("compareQuantities of %j and %j is not a number, as one is no quantity", (left, right) => {
  expect(compareQuantities(left, right)).toBeNaN();
});
