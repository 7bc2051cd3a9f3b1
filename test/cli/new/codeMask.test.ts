import { expect, it } from "vitest";
import { codeMask } from "../../../src/cli/new/codeMask.ts";

it.each([
  ["a // b\nc", "a     \nc"],
  ["a /* b\n * c */ d", "a     \n        d"],
  ['a "b\\"c" d', "a        d"],
  ["a 'b\"' `c\nd` e", "a        \n   e"],
  ["a / b", "a / b"],
  ["a /* b", "a     "],
  ['a "b', "a   "],
  ["// https://x\n'//'", "            \n    "],
])("codeMask(%j) is %j, of the same length", (text, masked) => {
  expect(codeMask(text)).toBe(masked);
  expect(masked.length).toBe(text.length);
});
