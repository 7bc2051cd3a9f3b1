import { expect, it } from "vitest";
import { fillText } from "../../../src/cli/explain/fillText.ts";

it.each<[name: string, text: string, indent: string, lines: string[]]>([
  ["a short text", "one two", "  ", ["  one two"]],
  [
    "a text of exactly 80 columns",
    `${"a".repeat(39)} ${"b".repeat(38)}`,
    "  ",
    [`  ${"a".repeat(39)} ${"b".repeat(38)}`],
  ],
  ["a text of 81 columns", `${"a".repeat(39)} ${"b".repeat(39)}`, "  ", [`  ${"a".repeat(39)}`, `  ${"b".repeat(39)}`]],
  ["a word that is longer", `a ${"b".repeat(90)} c`, "  ", ["  a", `  ${"b".repeat(90)}`, "  c"]],
  ["nothing", "", "", [""]],
])("fillText breaks %s", (_, text, indent, lines) => {
  expect(fillText(text, indent).split("\n")).toEqual(lines);
});
