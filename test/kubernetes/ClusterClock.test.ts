import { expect, it } from "vitest";
import { ClusterClock } from "../../src/kubernetes/ClusterClock.ts";

const SECOND = 1_000;
const HOUR = 3_600_000;
/** On a whole second, as HTTP dates are. */
const NOW = Date.parse("2026-01-01T00:00:00Z");

it.each([
  ["the clocks agree", { date: NOW, sent: NOW + 400, heard: NOW + 500 }, 0],
  ["the second began while the call was on its way", { date: NOW, sent: NOW - 300, heard: NOW + 100 }, 0],
  ["the call took long", { date: NOW, sent: NOW - 14 * SECOND, heard: NOW + SECOND }, 0],
  ["the API server is ahead", { date: NOW + HOUR, sent: NOW, heard: NOW + 200 }, HOUR - 200],
  ["the API server is behind", { date: NOW - HOUR, sent: NOW, heard: NOW + 200 }, SECOND - HOUR],
  ["this clock was set back in between", { date: NOW, sent: NOW + HOUR, heard: NOW }, 0],
  ["the answer has no date", { date: undefined, sent: NOW, heard: NOW }, 0],
])("where %s", async (_, { date, sent, heard }, skew) => {
  const times = [sent, heard, heard];
  const clock = new ClusterClock(() => times.shift() ?? heard);
  await clock.listen(async () => ({ status: 200, body: {}, ...(date === undefined ? {} : { date }) }))({
    method: "GET",
    path: "/",
  });
  expect(clock.skew).toBe(skew);
  expect(clock.now()).toBe(heard + skew);
});
