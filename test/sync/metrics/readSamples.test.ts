import { expect, it } from "vitest";
import { readSamples } from "../../../src/sync/metrics/readSamples.ts";

it.each([
  ["", []],
  ["# TYPE a gauge\n", []],
  ['a{b="c"} 1\n', [{ name: "a", labels: { b: "c" }, value: 1 }]],
  ['a{b="c",d="e"} 1.5e3', [{ name: "a", labels: { b: "c", d: "e" }, value: 1500 }]],
  ['a{b="\\"\\\\\\n{}, "} 0', [{ name: "a", labels: { b: '"\\\n{}, ' }, value: 0 }]],
  ['a{b="c"} NaN\na{b="c"} +Inf\na{b="c"} -1\na{b="c"} x', []],
  ['a{b="c} 1', []],
  ["a 1", []],
])("readSamples reads %j", (text, samples) => {
  expect(readSamples(text)).toEqual(samples);
});
