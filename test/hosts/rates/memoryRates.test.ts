import { expect, it } from "vitest";
import type { CallRates } from "../../../src/gate/caller/CallRates.ts";
import { memoryRates } from "../../../src/hosts/rates/memoryRates.ts";

function ratesAt(clock: { ms: number }): CallRates {
  return memoryRates({
    monotonicMs: () => clock.ms,
    addressOf: ({ headers }) => headers.get("x-test-address") ?? undefined,
    cluster: { perSecond: 1, burst: 2 },
    refused: { perSecond: 1, burst: 2 },
  });
}

const from = (address: string | undefined): Request =>
  new Request("https://gate.example", address === undefined ? {} : { headers: { "x-test-address": address } });

it("memoryRates counts each cluster on its own", () => {
  const rates = ratesAt({ ms: 0 });
  expect(["a", "a", "a", "b"].map((name) => rates.takeCluster(name))).toEqual([0, 0, 1, 0]);
});

it.each<[verdict: string, refused: string | undefined, next: string | undefined, wait: number]>([
  ["makes", "203.0.113.7", "203.0.113.7", 1],
  ["does not make", "203.0.113.7", "203.0.113.8", 0],
  ["makes", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", 1],
  ["does not make", "2001:db8:1:2::1", "2001:db8:1:3::1", 0],
  ["does not make", "::ffff:203.0.113.7", "::ffff:203.0.113.8", 0],
  ["makes", "::ffff:203.0.113.7", "203.0.113.7", 1],
  ["does not make", undefined, undefined, 0],
])("memoryRates %s after refused calls of %s the client %s wait", (_, refused, next, wait) => {
  const rates = ratesAt({ ms: 0 });
  for (let call = 0; call < 2; call += 1) rates.takeRefused(from(refused));
  expect(rates.waitOf(from(next))).toBe(wait);
});

it("memoryRates lets an address call again after its time, whatever it asked meanwhile", () => {
  const clock = { ms: 0 };
  const rates = ratesAt(clock);
  for (let call = 0; call < 2; call += 1) rates.takeRefused(from("203.0.113.7"));
  for (let call = 0; call < 1_000; call += 1) expect(rates.waitOf(from("203.0.113.7"))).toBe(1);
  clock.ms += 1_000;
  expect(rates.waitOf(from("203.0.113.7"))).toBe(0);
});

it("memoryRates makes an address wait longer for refused calls that came at one time", () => {
  const clock = { ms: 0 };
  const rates = ratesAt(clock);
  expect([1, 2, 3, 4].map(() => rates.takeRefused(from("203.0.113.7")))).toEqual([0, 0, 1, 2]);
  clock.ms += 2_000;
  expect(rates.waitOf(from("203.0.113.7"))).toBe(1);
});

it.each<[what: string, refused: string | undefined, next: string | undefined, wait: number]>([
  ["a scope after refused calls of it", "a", "a", 1],
  ["a scope after refused calls of another", "a", "b", 0],
  ["a scope after refused calls of the address", undefined, "a", 0],
  ["the address after refused calls of a scope", "a", undefined, 0],
])("memoryRates counts %s on its own", (_, refused, next, wait) => {
  const rates = ratesAt({ ms: 0 });
  for (let call = 0; call < 2; call += 1) expect(rates.takeRefused(from("203.0.113.7"), refused)).toBe(0);
  expect(rates.waitOf(from("203.0.113.7"), next)).toBe(wait);
  expect(rates.waitOf(from("203.0.113.8"), refused)).toBe(0);
});
