import { expect, it } from "vitest";
import { linearPattern } from "../../../src/policy/pattern/linearPattern.ts";
import { heapBytes } from "../heapBytes.ts";

const MAX_BYTES = 16 * 1024 * 1024;

it.each<[what: string, texts: number, text: (index: number) => string]>([
  ["long texts beyond Latin-1", 1_000, (n) => `${n}-${"ш".repeat(245)}`],
  ["short texts", 4_000, (n) => String(n)],
])("100 patterns together remember at most 16 MB of %s", (_what, texts, text) => {
  const patterns = Array.from({ length: 100 }, (_, index) => linearPattern(`${index}-x`));
  const before = heapBytes();
  let largest = 0;
  for (const [index, pattern] of patterns.entries()) {
    for (let n = 0; n < texts; n += 1) pattern.test(text(n));
    // What is remembered begins anew when it is full, so the end alone says little.
    if (index % 20 === 19) largest = Math.max(largest, heapBytes() - before);
  }
  expect(largest).toBeLessThan(MAX_BYTES);
  expect(patterns[7]?.test("7-x")).toBe(true);
});
