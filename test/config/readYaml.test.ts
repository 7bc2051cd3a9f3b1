import { expect, it } from "vitest";
import * as z from "zod/mini";
import { readYaml } from "../../src/config/readYaml.ts";

const read = (text: string): unknown => readYaml("a.yaml", text, z.record(z.string(), z.unknown()), {});

it.each([
  ["a: {\nb: 1\n", "a bracket is not closed, or a line is indented too little, at line 2, column 1"],
  ["a: [1, 2\n", "a bracket is not closed, or a line is indented too little, at line 2, column 1"],
  ['a: "x\n', "a quote, a colon, a comma or a blank is missing, at line 2, column 1"],
  ["a: b: c\n", "a line has two keys, or a text with a colon that needs quotes, at line 1, column 4"],
  ["a: 1\nb\n", "a quote, a colon, a comma or a blank is missing, at line 2, column 1"],
  ["a\nb: 1\n", "a key has more than one line, at line 1, column 1"],
  ["a:\n\tb: 1\n", "a tab indents a line, where YAML has blanks, at line 2, column 1"],
  ["a: 1\n---\nb: 1\n", "a second document begins, and a config is one, at line 2, column 1"],
  ["a: *b\n", "an alias is for nothing that stands before it, or there are too many"],
  ["a: @b\n", "a text begins with a character for which it needs quotes, at line 1, column 4"],
  ['a: "\\q"\n', "an escape in double quotes is unknown, at line 1, column 5"],
  ["a: 1\na: 2\n", "a key occurs twice, at line 2"],
])("the fault of %j is in words", (text, fault) => {
  expect(() => read(text)).toThrow(`a.yaml: is not YAML: ${fault}`);
});
