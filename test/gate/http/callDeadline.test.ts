import { expect, it } from "vitest";
import { callDeadline } from "../../../src/gate/http/callDeadline.ts";

it.each([
  ["?timeout=10s", 9_500],
  ["?timeout=1s", 800],
  ["?timeout=30s", 29_500],
  ["?timeout=2s&x=1", 1_600],
  ["?x=1&timeout=3s", 2_500],
  ["?timeout=31s", 29_500],
  ["?timeout=0s", 9_500],
  ["?timeout=5", 9_500],
  ["?timeout=1m", 9_500],
  ["?timeout=99999s", 9_500],
  ["", 9_500],
])("callDeadline gives a call with the query '%s' %i ms", (query, expectedMs) => {
  let now = 1_000_000;
  const deadline = callDeadline(query, () => now);
  now += expectedMs - 1;
  expect(deadline.isPassed).toBe(false);
  now += 1;
  expect(deadline.isPassed).toBe(true);
});
