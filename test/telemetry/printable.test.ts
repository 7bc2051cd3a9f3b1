import { expect, it } from "vitest";
import { printable, printableLines } from "../../src/telemetry/printable.ts";

it.each<[text: string, shown: string]>([
  ["plain äöü 🚀 名", "plain äöü 🚀 名"],
  ["a\nb\tc\rd", "a\\nb\\tc\\u000dd"],
  ["\u001b[31mred\u001b[0m", "\\u001b[31mred\\u001b[0m"],
  ["\0\u0007\u007f\u009b", "\\u0000\\u0007\\u007f\\u009b"],
  ["\u202eabc\u2066", "\\u202eabc\\u2066"],
  ["\u061c\u200e", "\\u061c\\u200e"],
  ["", ""],
])("printable turns %j into %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});

it("printableLines indents the lines after the first", () => {
  expect(printableLines("a\nb\r\n\u001bc", "  ")).toBe("a\n  b\n  \\u001bc");
});
