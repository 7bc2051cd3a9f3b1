import { expect, it } from "vitest";
import { wrapText } from "../../../src/cli/terminal/wrapText.ts";

const INDENT = " ".repeat(10);

it.each<[what: string, text: string, wrapped: string]>([
  ["a short text", "a b", "a b"],
  ["an empty text", "", ""],
  ["a text that just fits", `${"x".repeat(68)} y`, `${"x".repeat(68)} y`],
  ["a text that is a letter too long", `${"x".repeat(69)} y`, `${"x".repeat(69)}\n${INDENT}  y`],
  ["a word that is too long", `a ${"x".repeat(100)} b`, `a\n${INDENT}  ${"x".repeat(100)}\n${INDENT}  b`],
  ["two blanks", "a  b", "a  b"],
])("wrapText breaks %s", (_what, text, wrapped) => {
  expect(wrapText(text, INDENT)).toBe(wrapped);
});
