import fc from "fast-check";
import { expect, it } from "vitest";
import { deepEqual } from "../../../src/protocol/patch/deepEqual.ts";
import { anyJson } from "../anyJson.ts";

it.each<[left: unknown, right: unknown, same: boolean]>([
  [null, null, true],
  [null, undefined, false],
  [null, {}, false],
  [[], {}, false],
  [0, false, false],
  ["1", 1, false],
  [[2n ** 60n], [2n ** 60n], true],
  [{ a: 9007199254740993n }, { a: 9007199254740992n }, false],
  [9007199254740992n, 9007199254740992, false],
  [[1, 2], [1, 2], true],
  [[1, 2], [2, 1], false],
  [[1], [1, undefined], false],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [{ a: 1 }, { b: 1 }, false],
  [{ a: undefined }, { b: undefined }, false],
  [{}, JSON.parse('{"__proto__":{}}'), false],
  [{ toString: 1 }, {}, false],
  [new Date(0), new Date(0), false],
])("deepEqual compares %o and %o and returns %s", (left, right, same) => {
  expect(deepEqual(left, right)).toBe(same);
  expect(deepEqual(right, left)).toBe(same);
});

it("deepEqual agrees with a comparison of sorted JSON", () => {
  const sorted = (value: unknown): string =>
    JSON.stringify(value, (_key, member: unknown) =>
      typeof member === "object" && member !== null && !Array.isArray(member)
        ? { members: Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)) }
        : member,
    );
  fc.assert(
    fc.property(anyJson(true), anyJson(true), (left, right) => {
      expect(deepEqual(left, right)).toBe(sorted(left) === sorted(right));
      expect(deepEqual(left, JSON.parse(JSON.stringify(left)))).toBe(true);
    }),
  );
});
