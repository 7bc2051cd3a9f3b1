import { expect, it } from "vitest";
import { goJson, isGiven, OPERATIONS } from "../../../../src/cli/install/expression/operations.ts";

it.each([
  [null, false],
  [0, false],
  ["", false],
  [[], false],
  [{}, false],
  [false, false],
  ["false", true],
  [[0], true],
  [{ a: null }, true],
  [-1, true],
])("isGiven(%j) is %s, as in a Go template", (value, given) => {
  expect(isGiven(value)).toBe(given);
});

it.each([
  [{ b: 1, a: [{ d: 1, c: 2 }] }, '{"a":[{"c":2,"d":1}],"b":1}'],
  ["<&>\u2028", '"\\u003c\\u0026\\u003e\\u2028"'],
  [0.5, "0.5"],
])("goJson(%j) is as encoding/json writes it", (value, text) => {
  expect(goJson(value)).toBe(text);
});

it.each<[keyof typeof OPERATIONS, unknown[], unknown]>([
  ["text", ["a", null, "b"], "ab"],
  ["joined", [",", ["a", "b"]], "a,b"],
  ["matches", ["^a$", "a\n"], false],
  ["replaced", ["(b)c", "abc", "$1"], "ab"],
  ["equals", [null, "a"], false],
  ["includes", ["a", null], false],
  ["choose", ["", 1, 2], 2],
  ["coalesced", ["", "b"], "b"],
  ["merged", [{ a: 1, b: 1 }, { b: 2 }], { a: 1, b: 2 }],
  ["concatenated", [[1], null, [2]], [1, 2]],
  ["first", [[]], ""],
  ["every", ["a", 0], false],
  ["some", [[], {}], false],
])("%s%j is %j", (name, values, result) => {
  expect(OPERATIONS[name].evaluate(...values)).toEqual(result);
});
