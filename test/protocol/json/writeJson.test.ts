import fc from "fast-check";
import { expect, it } from "vitest";
import { parseExact } from "../../../src/protocol/json/parseExact.ts";
import { writeJson } from "../../../src/protocol/json/writeJson.ts";
import { anyJson } from "../anyJson.ts";

it.each([
  "9223372036854775807",
  '{"a":[1764324000123456787,-9223372036854775808,1],"b":"9007199254740993","c":null}',
  '{"__proto__":9007199254740993,"rawJSON":"1"}',
])("writeJson writes %s with all digits", (text) => {
  expect(writeJson(parseExact(text))).toBe(text);
});

it("writeJson omits undefined members, as JSON.stringify does", () => {
  expect(writeJson({ a: 9007199254740993n, b: undefined, c: [] })).toBe('{"a":9007199254740993,"c":[]}');
});

it("writeJson writes any value without a bigint as JSON.stringify does", () => {
  fc.assert(
    fc.property(anyJson(true), (value) => {
      expect(writeJson(value)).toBe(JSON.stringify(value));
    }),
  );
});

it("writeJson throws for a cycle", () => {
  const cycle: unknown[] = [9007199254740993n];
  cycle.push(cycle);
  expect(() => writeJson(cycle)).toThrow(TypeError);
});
