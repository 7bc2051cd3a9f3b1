import { expect, it } from "vitest";
import { overDefaults } from "../../../../src/cli/install/config/overDefaults.ts";

it.each([
  ["merges maps", { a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
  ["replaces lists", { a: [1, 2] }, { a: [3] }, { a: [3] }],
  ["removes a default for null", { a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { c: 2 } }],
  ["leaves null out where there is no default", {}, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
  ["replaces a map by another value", { a: { b: 1 } }, { a: "x" }, { a: "x" }],
  ["keeps __proto__ as a key", {}, JSON.parse('{"__proto__": {"a": 1}}'), JSON.parse('{"__proto__": {"a": 1}}')],
  ["has no key of an object's prototype", {}, JSON.parse('{"toString": 1}'), { toString: 1 }],
])("overDefaults %s", (_, defaults, given, merged) => {
  expect(overDefaults(defaults, given)).toEqual(merged);
});
