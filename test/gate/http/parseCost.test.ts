import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { mostParseCost, parseCost } from "../../../src/gate/http/parseCost.ts";

interface Measured {
  readonly name: string;
  readonly heap: number;
  readonly cost: number;
  readonly most: number;
}

const run = promisify(execFile);

it("is at least what V8 takes, for each shape of JSON", async () => {
  // In a process of its own, whose heap nothing else changes.
  const script = new URL("measureParsing.ts", import.meta.url).pathname;
  const { stdout } = await run(process.execPath, ["--no-warnings", "--expose-gc", script], { maxBuffer: 1024 * 1024 });
  const shapes: readonly Measured[] = JSON.parse(stdout);
  expect(shapes.length).toBeGreaterThan(30);
  const tooLow = shapes.filter(({ heap, cost, most }) => cost < heap || most < heap);
  expect(tooLow).toEqual([]);
  // A bound that is far too high would refuse real reviews: two objects of 1.5 MiB have to fit.
  const { cost = 0 } = shapes.find(({ name }) => name === "Pods") ?? {};
  expect((cost / (512 * 1024)) * 3).toBeLessThan(48);
}, 120_000);

it.each<[cost: number, text: string]>([
  [2, "1"],
  [4 + 64, "{}"],
  [4 + 64, "[]"],
  [2 * 5 + 64 + 32, "[1,2]"],
  [2 * 7 + 64 + 32 + 104, '{"a":1}'],
  [2 * 8 + 64 + 32 + 104, '{"a" :1}'],
  [2 * 7 + 64 + 32 + 288, '{"1":1}'],
  [2 * 12 + 64 + 32 + 288, '{"\\u0031":1}'],
  [2 * 7 + 32, '"{[,:]"'],
  [2 * 9 + 32, '"\\"{[,\\""'],
  [2 * 6 + 32 + 64, '"\\\\"{}'],
  [4 * 3 + 32, '"ä"'],
  [2 * 8 + 32, '"\\u003c"'],
  [3 * 8 + 32, '"\\u0141"'],
  [3 * 14 + 32, '"\\u003c\\u1100"'],
])("is %i for %s", (cost, text) => {
  expect(parseCost(text, new TextEncoder().encode(text).length)).toBe(cost);
});

it("counts two bytes for each character of a text whose bytes are not UTF-8", () => {
  expect(parseCost('"\ufffd\ufffd"', 4)).toBe(4 * 4 + 32);
});

it("stops when it has counted enough", () => {
  expect(parseCost("[".repeat(1_000), 1_000, 3_000)).toBeLessThan(3_100);
});

it("mostParseCost follows the length", () => {
  expect(mostParseCost(2_000)).toBe(2 * mostParseCost(1_000));
});
