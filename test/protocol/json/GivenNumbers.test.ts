import { expect, it } from "vitest";
import { GivenNumbers } from "../../../src/protocol/json/GivenNumbers.ts";

it("GivenNumbers has the numbers beyond 2^53 at any depth, and no bigint", () => {
  let value: unknown = { a: [1e17, "2e17", { b: -3e17 }], c: 9007199254740993n, d: null, e: undefined };
  for (let level = 0; level < 50_000; level += 1) value = [value];
  const given = new GivenNumbers(value);
  expect([1e17, -3e17, 2e17, 3e17, 9007199254740992].map((number) => given.has(number))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

it("GivenNumbers reads the value only when it is asked", () => {
  const value = [1e17];
  const given = new GivenNumbers(value);
  value.push(2e17);
  expect(given.has(2e17)).toBe(true);
});
