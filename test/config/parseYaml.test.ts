import { expect, it } from "vitest";
import { parse } from "yaml";
import { parseYaml } from "../../src/config/parseYaml.ts";

it.each(["a: 1\nb: [x, {y: null}]\n", "", "a: &x [1]\nb: *x\n", "? a\n: b\n", "text", "1: a\n'1': b\n"])(
  "reads %j as the yaml package does",
  (text) => {
    expect(parseYaml(text)).toEqual(parse(text));
  },
);

it.each<[text: string, line: number]>([
  ["a: 1\nb: 2\na: 3\n", 3],
  ["a:\n  - b: 1\n    b: 1\n", 3],
  ["{a: 1, a: 2}", 1],
])("refuses a key that occurs twice: %j", (text, line) => {
  expect(() => parseYaml(text)).toThrow(expect.objectContaining({ code: "duplicate-key", line }));
});

it.each([
  "a: [",
  "a: *b",
  "a: b: c",
  `a: &a [x]\n${Array.from({ length: 5 }, (_, index) => `b${index}: &b${index} [${"*a,".repeat(90)}]\n`).join("")}`,
])("refuses %j", (text) => {
  expect(() => parseYaml(text)).toThrow();
});
