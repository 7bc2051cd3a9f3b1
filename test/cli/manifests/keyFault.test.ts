import { expect, it } from "vitest";
import { parseDocument } from "yaml";
import { hasPlainKeys, keyFault } from "../../../src/cli/manifests/keyFault.ts";

it.each<[text: string, offset: number | undefined]>([
  ["a: {b: [c]}", undefined],
  ["1: a\ntrue: b\n'': c\n1.5: d", undefined],
  ["'{{ .a }}': b", undefined],
  ["- a\n- ~", undefined],
  ["a: {{ .b }}", 4],
  ["a:\n- ? [b]\n  : c", 7],
  ["~: a", 0],
  ["a: &x {b: c}\n? *x\n: d", 15],
  ["a: &x b\n? *x\n: d", undefined],
])("keyFault of %j has the expected offset", (text, offset) => {
  expect(keyFault(parseDocument(text, { prettyErrors: false }))?.offset).toBe(offset);
});

it.each([
  ["a: 1\nb: {c: [1, {d: e}]}\n", true],
  ["1: a\ntrue: b\n", true],
  ["", true],
  ["a: 1\na: 2\n", false],
  ["a: {b: 1, b: 2}\n", false],
  ['1: a\n"1": b\n', false],
  ["? {a: 1}\n: b\n", false],
  ["? ~\n: b\n", false],
  ["a: &x 1\nb: *x\n", false],
  ["&x a: 1\nb: [*x ]\n", false],
  ["a: &x {b: 1}\nc: {<<: *x}\n", false],
  [`${"[".repeat(600)}${"]".repeat(600)}`, false],
])("hasPlainKeys of %j is %s", (text, expected) => {
  expect(hasPlainKeys(parseDocument(text, { version: "1.1", uniqueKeys: false }).contents)).toBe(expected);
});
