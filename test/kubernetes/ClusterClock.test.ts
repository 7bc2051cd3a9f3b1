import { expect, it } from "vitest";
import { ClusterClock } from "../../src/kubernetes/ClusterClock.ts";

const SECOND = 1_000;
const HOUR = 3_600_000;
/** A whole second, as in every HTTP date. */
const NOW = Date.parse("2026-01-01T00:00:00Z");

it.each([
  ["the clocks agree", { date: NOW, sentAt: NOW + 400, receivedAt: NOW + 500 }, 0],
  ["a new second starts during the call", { date: NOW, sentAt: NOW - 300, receivedAt: NOW + 100 }, 0],
  ["the call takes 15 s", { date: NOW, sentAt: NOW - 14 * SECOND, receivedAt: NOW + SECOND }, 0],
  ["the API server is ahead", { date: NOW + HOUR, sentAt: NOW, receivedAt: NOW + 200 }, HOUR - 200],
  ["the API server is behind", { date: NOW - HOUR, sentAt: NOW, receivedAt: NOW + 200 }, SECOND - HOUR],
  ["the local clock is set back during the call", { date: NOW, sentAt: NOW + HOUR, receivedAt: NOW }, 0],
  ["the answer has no Date header", { date: undefined, sentAt: NOW, receivedAt: NOW }, 0],
])("ClusterClock: when %s, skewMs is the least proven difference", async (_, { date, sentAt, receivedAt }, skewMs) => {
  const times = [sentAt, receivedAt, receivedAt];
  const clock = new ClusterClock(() => times.shift() ?? receivedAt);
  await clock.recordDates(async () => ({ status: 200, body: {}, ...(date === undefined ? {} : { date }) }))({
    method: "GET",
    path: "/",
  });
  expect(clock.skewMs).toBe(skewMs);
  expect(clock.now()).toBe(receivedAt + skewMs);
});
