import { expect, it } from "vitest";
import { readDuration } from "../../src/protocol/readDuration.ts";

it.each([
  ["200ms", 200],
  ["5s", 5_000],
  ["30m", 1_800_000],
  ["24h", 86_400_000],
  ["2d", 172_800_000],
  ["24", undefined],
  ["-1h", undefined],
  ["1.5h", undefined],
  ["1h30m", undefined],
  ["", undefined],
])("readDuration reads %j", (text, milliseconds) => {
  expect(readDuration(text)).toBe(milliseconds);
});
