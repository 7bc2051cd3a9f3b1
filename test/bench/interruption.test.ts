import { expect, it } from "vitest";
import { interruption } from "./interruption.ts";

const every = (spacing: number, from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / spacing) + 1 }, (_, at) => from + at * spacing);

it.each<[string, number[], number]>([
  ["none when answers come as they are sent", every(5, 0, 100), 0],
  ["what an answer is late", [...every(5, 0, 50), ...every(5, 85, 100)], 30],
  ["the longest of several", [...every(5, 0, 40), ...every(5, 60, 65), ...every(5, 90, 100)], 20],
  ["one that begins before the window", [0, ...every(5, 50, 100)], 45],
  ["one that ends after it", [...every(5, 0, 70), 200], 125],
  ["not what is before and after it", [0, ...every(5, 30, 80), 300], 0],
  ["in whatever order", [100, 60, 20, 40, 80, 0], 15],
  ["none less than nothing", every(1, 0, 100), 0],
  ["one without end when nothing is answered any more", every(5, 0, 60), Number.POSITIVE_INFINITY],
  ["one without beginning when nothing was answered before", every(5, 60, 100), Number.POSITIVE_INFINITY],
])("is %s", (_, answered, longest) => {
  expect(interruption(answered, { from: 30, to: 80 }, 5)).toBe(longest);
});
