import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallRates } from "../../../src/gate/caller/CallRates.ts";
import { type RateLimitBinding, workerRates } from "../../../src/hosts/rates/workerRates.ts";

const NO: RateLimitBinding = { limit: async () => ({ success: false }) };
const YES: RateLimitBinding = { limit: async () => ({ success: true }) };
const FAILS: RateLimitBinding = { limit: () => Promise.reject(new Error("no such namespace")) };
const THROWS: RateLimitBinding = {
  limit: () => {
    throw new Error("the binding is no limiter");
  },
};
const HANGS: RateLimitBinding = { limit: () => new Promise(() => undefined) };
const SLOW: RateLimitBinding = {
  limit: () => new Promise((resolve) => setTimeout(() => resolve({ success: false }), 50)),
};
const FAILS_LATE: RateLimitBinding = {
  limit: () => new Promise((_, reject) => setTimeout(() => reject(new Error("late")), 10_000)),
};

const from = (address: string | undefined): Request =>
  new Request("https://gate.example", address === undefined ? {} : { headers: { "cf-connecting-ip": address } });

function made(...args: Parameters<typeof workerRates>): CallRates {
  const rates = workerRates(...args);
  if (rates === undefined) throw new Error("no rates");
  return rates;
}

describe("workerRates", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is nothing without a binding", () => {
    expect(workerRates({}, () => 0)).toBeUndefined();
  });

  it.each<[what: string, binding: RateLimitBinding | undefined, afterMs: number, seconds: number]>([
    ["says no", NO, 0, 10],
    ["says yes", YES, 0, 0],
    ["says no after 50 ms", SLOW, 50, 10],
    ["fails", FAILS, 0, 0],
    ["throws", THROWS, 0, 0],
    ["never answers", HANGS, 100, 0],
    ["fails after the call went on", FAILS_LATE, 100, 0],
    ["is not there", undefined, 0, 0],
  ])(
    "when the binding of clusters %s, the wait is decided after %s ms at the latest",
    async (_, binding, ms, seconds) => {
      const rates = made(
        { POSTERN_REFUSED_RATE: YES, ...(binding === undefined ? {} : { POSTERN_CLUSTER_RATE: binding }) },
        () => 0,
      );
      let taken: number | undefined;
      void Promise.resolve(rates.takeCluster("production")).then((it) => {
        taken = it;
      });
      await vi.advanceTimersByTimeAsync(ms);
      expect(taken).toBe(seconds);
      await vi.advanceTimersByTimeAsync(20_000);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it("asks the binding of clusters with the name of the cluster", async () => {
    const limit = vi.fn(YES.limit);
    await made({ POSTERN_CLUSTER_RATE: { limit } }, () => 0).takeCluster("production");
    expect(limit.mock.calls).toEqual([[{ key: "production" }]]);
  });

  it.each<
    [what: string, binding: RateLimitBinding, refused: string | undefined, next: string | undefined, wait: number]
  >([
    ["waits after the binding said no", NO, "203.0.113.7", "203.0.113.7", 10],
    ["waits in the same /64 network", NO, "2001:db8:1:2::1", "2001:db8:1:2:9::9", 10],
    ["does not wait at another address", NO, "203.0.113.7", "203.0.113.8", 0],
    ["does not wait when the binding said yes", YES, "203.0.113.7", "203.0.113.7", 0],
    ["does not wait when the binding failed", FAILS, "203.0.113.7", "203.0.113.7", 0],
    ["does not wait without an address", NO, undefined, undefined, 0],
  ])("a client %s", async (_, binding, refused, next, wait) => {
    const rates = made({ POSTERN_REFUSED_RATE: binding }, () => 1_000);
    await rates.takeRefused(from(refused));
    expect(rates.waitOf(from(next))).toBe(wait);
  });

  it.each<[what: string, refused: string | undefined, next: string | undefined, wait: number]>([
    ["a scope after refused calls of it", "a", "a", 10],
    ["a scope after refused calls of another", "a", "b", 0],
    ["a scope after refused calls of the address", undefined, "a", 0],
    ["the address after refused calls of a scope", "a", undefined, 0],
  ])("counts %s on its own, and asks the binding no more once it said no", async (_, refused, next, wait) => {
    const limit = vi.fn(NO.limit);
    let now = 1_000;
    const rates = made({ POSTERN_REFUSED_RATE: { limit } }, () => now);
    expect(await rates.takeRefused(from("203.0.113.7"), refused)).toBe(10);
    now += 4_000;
    // The same as the wait that others are told.
    expect(await rates.takeRefused(from("203.0.113.7"), refused)).toBe(6);
    expect(limit.mock.calls).toEqual([[{ key: refused === undefined ? "203.0.113.7" : "203.0.113.7 a" }]]);
    now -= 4_000;
    expect(rates.waitOf(from("203.0.113.7"), next)).toBe(wait);
  });

  it("a client waits in whole seconds until 10 s have passed", async () => {
    let now = 0;
    const rates = made({ POSTERN_REFUSED_RATE: NO }, () => now);
    await rates.takeRefused(from("203.0.113.7"));
    const waits = [500, 9_999, 10_000, 60_000].map((ms) => {
      now = ms;
      return rates.waitOf(from("203.0.113.7"));
    });
    expect(waits).toEqual([10, 1, 0, 0]);
  });

  it("keeps the 4,096 addresses that were refused last", async () => {
    const rates = made({ POSTERN_REFUSED_RATE: NO }, () => 0);
    const address = (index: number): string => `2001:db8:${(index >> 8).toString(16)}:${(index & 255).toString(16)}::1`;
    for (let index = 0; index <= 4_096; index += 1) await rates.takeRefused(from(address(index)));
    expect([0, 1, 4_096].map((index) => rates.waitOf(from(address(index))))).toEqual([0, 10, 10]);
  });
});

describe("workerRates with the bindings of workerd", () => {
  it("limits each cluster on its own", async () => {
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script: "export default { fetch: () => new Response() };",
        compatibilityDate: "2026-07-01",
        ratelimits: { POSTERN_CLUSTER_RATE: { namespace_id: "1001", simple: { limit: 3, period: 60 } } },
      }),
    );
    try {
      const { POSTERN_CLUSTER_RATE } = await miniflare.getBindings<{ POSTERN_CLUSTER_RATE: RateLimitBinding }>();
      const rates = made({ POSTERN_CLUSTER_RATE }, () => 0);
      const waits: number[] = [];
      for (const cluster of ["a", "a", "a", "a", "b"]) waits.push(await rates.takeCluster(cluster));
      expect(waits).toEqual([0, 0, 0, 10, 0]);
    } finally {
      await miniflare.dispose();
    }
  });
});
