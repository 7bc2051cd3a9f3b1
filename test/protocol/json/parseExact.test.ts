import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExact } from "../../../src/protocol/json/parseExact.ts";
import { writeJson } from "../../../src/protocol/json/writeJson.ts";
import { anyJson } from "../anyJson.ts";

describe("parseExact reads a number as the API server does", () => {
  it.each<[text: string, value: unknown]>([
    ["9007199254740991", 9007199254740991],
    ["-9007199254740991", -9007199254740991],
    ["9007199254740992", 9007199254740992n],
    ["9007199254740993", 9007199254740993n],
    ["-9007199254740993", -9007199254740993n],
    ["1152921504606846976", 1152921504606846976n],
    ["1764324000123456787", 1764324000123456787n],
    ["9223372036854775807", 9223372036854775807n],
    ["-9223372036854775808", -9223372036854775808n],
    ["9223372036854775808", 2 ** 63],
    ["-9223372036854775809", -(2 ** 63)],
    ["18446744073709551615", 2 ** 64],
    ["100000000000000000000000", 1e23],
    ["1234567890123456", 1234567890123456],
    ["1e17", 1e17],
    ["9007199254740993.0", 9007199254740992],
    ["9007199254740993e0", 9007199254740992],
    ["9007199254740993E1", Number("90071992547409930")],
    ["0.9007199254740993", 0.9007199254740993],
    ["1.9007199254740993e-7", 1.9007199254740993e-7],
    ["1e-9007199254740993", 0],
    ["1.0", 1],
    ["0.1e1", 1],
    ["-0", -0],
  ])("%s is %s", (text, value) => {
    for (const written of [text, ` ${text} `, `\t${text}\n`]) expect(parseExact(written)).toBe(value);
    for (const [before, after] of [
      ["[", "]"],
      ["[1,", ",2]"],
      ["[\n  ", "\n]"],
      ['["a",', ',"b"]'],
    ] as const)
      expect(Object(parseExact(`${before}${text}${after}`))).toContain(value);
    expect(parseExact(`{"a":${text},"b" : ${text} ,"c":\r\n${text}}`)).toStrictEqual({ a: value, b: value, c: value });
  });
});

describe("parseExact leaves strings and names alone", () => {
  it.each([
    '["9007199254740993",9007199254740993]',
    '{"a":"x,9007199254740993,y","b":9007199254740993}',
    '{"9007199254740993":9007199254740993,",9007199254740993,":1}',
    '["\\",9007199254740993,\\"",9007199254740993,"\\\\",9007199254740993]',
    '["\\u00009007199254740993",9007199254740993]',
    '["\\u00000:9007199254740993",9007199254740993]',
    '["\\u00000:1","\\u00001:9007199254740993","\\u0000000000002:1",9007199254740993]',
    '["\\u0000\\u0000\\u00009007199254740993","\\u0000",9007199254740993]',
    '{"__proto__":9007199254740993,"constructor":{"__proto__":{"a":9007199254740993}}}',
    '{"a":1,"a":9007199254740993,"b":9007199254740993,"b":"x"}',
    '["\\ud800",9007199254740993,"😀",9007199254740995]',
  ])("of %s", (text) => {
    const withSource = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
      typeof value === "number" && !Number.isSafeInteger(value) && source !== undefined ? BigInt(source) : value;
    // TypeScript does not know the third argument of a reviver.
    const expected: unknown = JSON.parse(text, withSource as (key: string, value: unknown) => unknown);
    expect(writeJson(parseExact(text))).toBe(writeJson(expected));
  });
});

it.each([
  "",
  "{9007199254740993:1}",
  "{9007199254740993 : 1}",
  "[9007199254740993",
  "[9007199254740993]]",
  "[09007199254740993]",
  "[+9007199254740993]",
  "[--9007199254740993]",
  "[9007199254740993n]",
  "[9007199254740993 9007199254740993]",
  '["a"9007199254740993]',
  '[9007199254740993"a"]',
  '[9007199254740993,"a]',
  '[9007199254740993,"a\\"]',
  "[9007199254740993,'a']",
  "[9007199254740993.]",
  "[9007199254740993e]",
])("parseExact refuses %s as JSON.parse does", (text) => {
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
  expect(() => parseExact(text)).toThrow(SyntaxError);
});

it("parseExact returns what JSON.parse returns for any text without such an integer", () => {
  fc.assert(
    fc.property(anyJson(true), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(JSON.stringify(parseExact(text))).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});

it("parseExact finds an integer at any offset among other values", () => {
  for (let offset = 0; offset < 40; offset += 1)
    for (const digits of ["1764324000123456787", "9007199254740993"]) {
      const text = `{"${"k".repeat(offset)}":${digits},"short":123456}`;
      expect(Object.values(Object(parseExact(text)))).toStrictEqual([BigInt(digits), 123456]);
    }
});

it("parseExact reads a value of any depth", () => {
  const levels = 100_000;
  let value = parseExact(`${"[".repeat(levels)}9007199254740993${"]".repeat(levels)}`);
  while (Array.isArray(value)) [value] = value;
  expect(value).toBe(9007199254740993n);
});

it.each([
  ["many escaped quotes", `["${'\\"'.repeat(1_000_000)}",9007199254740993]`, true],
  ["many backslashes", `["${"\\\\".repeat(1_000_000)}",9007199254740993]`, true],
  ["a string that does not end", `[9007199254740993,"${'\\"'.repeat(1_000_000)}`, false],
  ["many digits", `[${"1".repeat(1_000_000)},9007199254740993]`, true],
  ["many spaces", `[9007199254740993${`,9007199254740993${" ".repeat(100)}`.repeat(10_000)}]`, true],
  ["many escaped NUL characters", `["${"\\u0000".repeat(300_000)}",9007199254740993]`, true],
])("parseExact reads a text of megabytes with %s", (_what, text, valid) => {
  if (valid) expect(Object(parseExact(text))).toContain(9007199254740993n);
  else expect(() => parseExact(text)).toThrow(SyntaxError);
});
