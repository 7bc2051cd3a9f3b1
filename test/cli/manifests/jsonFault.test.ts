import * as fc from "fast-check";
import { expect, it } from "vitest";
import { jsonFault } from "../../../src/cli/manifests/jsonFault.ts";

it.each<[text: string, line: number, reason: string]>([
  ["", 1, "Unexpected end of JSON input"],
  ['{"a": 1,\n"b": [1,\n2\n\n', 5, "Expected ',' or ']' after array element"],
  ["[1,\n\n", 1, "Unexpected end of JSON input"],
  ['{\n"a": abc\n}', 2, "Unexpected token 'a'"],
  ["{\n\n'a': 1\n}", 3, "Expected property name or '}'"],
  ['[\n1,\n"x",\n]', 4, "Unexpected token ']'"],
  ['{\n"a": 1,\n}', 3, "Expected double-quoted property name"],
  ['{"a": 1}\n{"a": 1}', 2, "Unexpected non-whitespace character after JSON"],
  ['["a\nb"]', 1, "Bad control character in string literal"],
  ["[\n01]", 2, "Unexpected number"],
  ["[\n// no\n1]", 2, "Unexpected token '/'"],
  ["[NaN]", 1, "Unexpected token 'N'"],
])("jsonFault of %j reports line %d", (text, line, reason) => {
  const fault = jsonFault("x.json", { text, linesAbove: 0 });
  expect(jsonFault("x.json", { text, linesAbove: 7 })?.line).toBe(line + 7);
  expect(fault).toMatchObject({ file: "x.json", line });
  expect(fault?.message).toMatch(/^is not JSON: /);
  expect(fault?.message.slice("is not JSON: ".length)).toBe(reason);
});

it("jsonFault is undefined for any valid JSON", () => {
  fc.assert(fc.property(fc.json(), (text) => jsonFault("x.json", { text, linesAbove: 0 }) === undefined));
});

it("jsonFault reports the line of an unexpected token", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 8 }), fc.nat(), (values, at) => {
      const lines = values.map((value) => JSON.stringify(value));
      const bad = at % lines.length;
      const text = `[\n${lines.map((line, index) => (index === bad ? `?${line}` : line)).join(",\n")}\n]`;
      expect(jsonFault("x.json", { text, linesAbove: 0 })?.line).toBe(bad + 2);
    }),
  );
});
