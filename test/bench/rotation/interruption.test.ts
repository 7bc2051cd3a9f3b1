import { expect, it } from "vitest";
import { interruption } from "./interruption.ts";

const every = (spacing: number, from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / spacing) + 1 }, (_, at) => from + at * spacing);

it.each<[string, number[], number]>([
  ["0 when answers come at the rate of the calls", every(5, 0, 100), 0],
  ["the delay of a late answer", [...every(5, 0, 50), ...every(5, 85, 100)], 30],
  ["the longest of several gaps", [...every(5, 0, 40), ...every(5, 60, 65), ...every(5, 90, 100)], 20],
  ["a gap that begins before the window", [0, ...every(5, 50, 100)], 45],
  ["a gap that ends after the window", [...every(5, 0, 70), 200], 125],
  ["0 when the gaps are before and after the window", [0, ...every(5, 30, 80), 300], 0],
  ["the longest gap when the answers are in any order", [100, 60, 20, 40, 80, 0], 15],
  ["0, not less, for answers faster than the calls", every(1, 0, 100), 0],
  ["infinite when no answer follows", every(5, 0, 60), Number.POSITIVE_INFINITY],
  ["infinite when no answer came before", every(5, 60, 100), Number.POSITIVE_INFINITY],
])("interruption is %s", (_, answered, longest) => {
  expect(interruption(answered, { from: 30, to: 80 }, 5)).toBe(longest);
});
