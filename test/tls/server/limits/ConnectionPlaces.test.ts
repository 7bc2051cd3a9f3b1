import { expect, it } from "vitest";
import { ConnectionPlaces } from "../../../../src/tls/server/limits/ConnectionPlaces.ts";

interface Given {
  readonly name: string;
  readonly peer?: string;
  readonly isBusy?: boolean;
  readonly isProven?: boolean;
  readonly usedAt?: number;
}

const NOW = 10_000;

function replaceable(size: number, given: readonly Given[], used: readonly string[] = []): string | undefined {
  const connections = given.map((it) => ({ peer: "a", isBusy: false, usedAt: 0, ...it }));
  const places = new ConnectionPlaces<(typeof connections)[number]>(size);
  for (const it of connections) {
    places.add(it);
    if (it.isProven) places.prove(it);
  }
  for (const name of used) for (const it of connections) if (it.name === name) places.use(it);
  return places.replaceable(NOW)?.name;
}

it.each<[string, string | undefined, number, Given[], string[]?]>([
  ["the one that was not used for the longest time", "one", 2, [{ name: "one" }, { name: "two" }]],
  ["not the one that was used since", "two", 2, [{ name: "one" }, { name: "two" }], ["one"]],
  ["not the one that waits for its handler", "two", 2, [{ name: "one", isBusy: true }, { name: "two" }]],
  ["none when all wait for their handlers", undefined, 1, [{ name: "one", isBusy: true }]],
  [
    "one of the peer with the most",
    "b1",
    3,
    [
      { name: "a1", peer: "a" },
      { name: "b1", peer: "b" },
      { name: "b2", peer: "b" },
      { name: "b3", peer: "b" },
    ],
  ],
  [
    "one of another peer when those of the largest wait for their handlers",
    "a1",
    3,
    [
      { name: "b1", peer: "b", isBusy: true },
      { name: "b2", peer: "b", isBusy: true },
      { name: "b3", peer: "b", isBusy: true },
      { name: "a1", peer: "a" },
    ],
  ],
  ["a stranger's rather than a proven one", "two", 2, [{ name: "one", isProven: true }, { name: "two" }]],
  [
    "a proven one when strangers have less than a quarter",
    "one",
    5,
    [..."one two three four".split(" ").map((name) => ({ name, isProven: true })), { name: "stranger" }],
  ],
  [
    "no proven one that was in use a moment ago",
    "stranger",
    5,
    [
      ..."one two three four".split(" ").map((name) => ({ name, isProven: true, usedAt: NOW - 10 })),
      { name: "stranger" },
    ],
  ],
])("ConnectionPlaces replaces %s", (_, expected, size, given, used) => {
  expect(replaceable(size, given, used)).toBe(expected);
});

it("ConnectionPlaces is full at its size, and not after a connection is gone", () => {
  const places = new ConnectionPlaces<{ peer: string; isBusy: boolean; usedAt: number }>(2);
  const [one, two] = [0, 1].map((usedAt) => ({ peer: "a", isBusy: false, usedAt }));
  if (one === undefined || two === undefined) throw new Error("two connections");
  places.add(one);
  expect(places.isFull).toBe(false);
  places.add(two);
  places.prove(two);
  expect(places.isFull).toBe(true);
  places.delete(two);
  places.delete(two);
  expect([places.isFull, [...places]]).toEqual([false, [one]]);
});
