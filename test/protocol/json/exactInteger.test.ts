import { expect, it } from "vitest";
import { exactInteger, mayBeRounded } from "../../../src/protocol/json/exactInteger.ts";

it.each<[integer: bigint, value: number | bigint]>([
  [0n, 0],
  [-7n, -7],
  [2n ** 53n - 1n, 9007199254740991],
  [2n ** 53n, 9007199254740992n],
  [-(2n ** 53n), -9007199254740992n],
  [2n ** 60n, 2n ** 60n],
  [2n ** 63n - 1n, 9223372036854775807n],
  [-(2n ** 63n), -9223372036854775808n],
  [2n ** 63n, 2 ** 63],
  [-(2n ** 63n) - 1n, -(2 ** 63)],
  [2n ** 64n - 1n, 2 ** 64],
  [10n ** 400n, Number.POSITIVE_INFINITY],
])("exactInteger(%s) is %s", (integer, value) => {
  expect(exactInteger(integer)).toBe(value);
});

it.each([
  [9007199254740991, false],
  [2 ** 53, true],
  [-(2 ** 53), true],
  [Number(1764324000123456787n), true],
  [Number(9223372036854775807n), true],
  [Number(-9223372036854775808n), true],
  [2 ** 64, false],
  [1e21, false],
  [0.5, false],
  [Number.NaN, false],
  [Number.POSITIVE_INFINITY, false],
])("mayBeRounded(%s) is %s", (value, rounded) => {
  expect(mayBeRounded(value)).toBe(rounded);
});
