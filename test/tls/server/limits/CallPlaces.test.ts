import { expect, it } from "vitest";
import { CallPlaces } from "../../../../src/tls/server/limits/CallPlaces.ts";
import type { GuardedCall } from "../../../../src/tls/server/limits/GuardedCall.ts";

interface Given {
  readonly name: string;
  readonly startedAt?: number;
  readonly isReceived?: boolean;
  readonly answeredAt?: number;
  readonly isProven?: boolean;
}

const NOW = 10_000;

it.each<[string, string | undefined, Given[]]>([
  ["the oldest with an incomplete body", "one", [{ name: "one" }, { name: "two" }]],
  ["none that waits for its handler", undefined, [{ name: "one", isReceived: true }]],
  ["the next one with an incomplete body", "two", [{ name: "one", isReceived: true }, { name: "two" }]],
  ["one with an unread answer first", "two", [{ name: "one" }, { name: "two", isReceived: true, answeredAt: 1 }]],
  ["a stranger's rather than a known caller's", "two", [{ name: "one", isProven: true }, { name: "two" }]],
  ["a known caller's after a second", "one", [{ name: "one", isProven: true }]],
  ["no known caller's within a second", undefined, [{ name: "one", isProven: true, startedAt: NOW - 500 }]],
  [
    "no known caller's answer within a second",
    undefined,
    [{ name: "one", isProven: true, isReceived: true, answeredAt: NOW - 500 }],
  ],
])("CallPlaces replaces %s", (_, expected, given) => {
  const places = new CallPlaces(given.length);
  const names = new Map<GuardedCall, string>();
  for (const { name, isProven = false, answeredAt, ...rest } of given) {
    const call = {
      startedAt: 0,
      isReceived: false,
      isProof: false,
      unreadBytes: 0,
      answeredAt,
      end: () => {},
      ...rest,
    };
    names.set(call, name);
    places.add(call, { isProven, calls: new Set([call]) });
    if (answeredAt !== undefined) places.answer(call);
  }
  expect(places.isFull).toBe(true);
  const call = places.replaceable(NOW);
  expect(call === undefined ? undefined : names.get(call)).toBe(expected);
  if (call === undefined) return;
  expect([...(places.delete(call)?.calls ?? [])]).toEqual([call]);
  expect([places.isFull, places.delete(call)]).toEqual([false, undefined]);
});
