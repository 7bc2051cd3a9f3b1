import { expect, it, vi } from "vitest";
import { TokenBuckets } from "../../../src/hosts/rates/TokenBuckets.ts";

const RATE = { perSecond: 2, burst: 3 };

function buckets(keys = 10): { clock: { ms: number }; all: TokenBuckets } {
  const clock = { ms: 1_000 };
  return { clock, all: new TokenBuckets(keys, () => clock.ms) };
}

it("allows a burst, then as many calls as the rate", () => {
  const { clock, all } = buckets();
  expect([1, 2, 3, 4].map(() => all.take("a", RATE))).toEqual([0, 0, 0, 1]);
  clock.ms += 500;
  expect([all.take("a", RATE), all.take("a", RATE)]).toEqual([0, 1]);
  clock.ms += 60_000;
  expect([1, 2, 3, 4].map(() => all.take("a", RATE))).toEqual([0, 0, 0, 1]);
});

it.each([
  [0.1, 10],
  [0.5, 2],
  [1, 1],
  [1_000, 1],
])("at %d calls a second, says to wait for %d s", (perSecond, seconds) => {
  const { all } = buckets();
  expect([all.take("a", { perSecond, burst: 1 }), all.take("a", { perSecond, burst: 1 })]).toEqual([0, seconds]);
});

it("keeps one key apart from another", () => {
  const { all } = buckets();
  for (let call = 0; call < 5; call += 1) all.take("a", RATE);
  expect([all.take("a", RATE), all.take("b", RATE)]).toEqual([1, 0]);
});

it("wait takes no call, and knows no key that made none", () => {
  const { all } = buckets();
  expect(all.wait("a", RATE)).toBe(0);
  for (let call = 0; call < 3; call += 1) all.take("a", RATE);
  expect([all.wait("a", RATE), all.wait("a", RATE), all.wait("b", RATE)]).toEqual([1, 1, 0]);
});

it("keeps the keys that were used last, and forgets others", () => {
  const { all } = buckets(4);
  for (const key of ["a", "a", "a", "b", "b", "b", "c", "a", "d", "e"]) all.take(key, RATE);
  expect([all.wait("a", RATE), all.wait("b", RATE)]).toEqual([1, 0]);
});

it("looks through no keys for a new one, however many it has", () => {
  const { all } = buckets(64);
  for (let key = 0; key < 64; key += 1) all.take(`old-${key}`, RATE);
  const walks = [
    vi.spyOn(Map.prototype, "keys"),
    vi.spyOn(Map.prototype, "entries"),
    vi.spyOn(Map.prototype, "forEach"),
  ];
  for (let key = 0; key < 640; key += 1) all.take(`new-${key}`, RATE);
  expect(walks.map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0]);
});

it("owes calls that were over before they were counted, up to a burst", () => {
  const { clock, all } = buckets();
  expect([1, 2, 3, 4, 5].map(() => all.owe("a", RATE))).toEqual([0, 0, 0, 1, 1]);
  for (let call = 0; call < 100; call += 1) all.owe("a", RATE);
  expect(all.wait("a", RATE)).toBe(2);
  clock.ms += 2_000;
  expect([all.take("a", RATE), all.take("a", RATE)]).toEqual([0, 1]);
});

it("gives no calls for a clock that goes back", () => {
  const { clock, all } = buckets();
  for (let call = 0; call < 3; call += 1) all.take("a", RATE);
  clock.ms -= 60_000;
  expect(all.take("a", RATE)).toBe(1);
  clock.ms += 500;
  expect(all.take("a", RATE)).toBe(0);
});
