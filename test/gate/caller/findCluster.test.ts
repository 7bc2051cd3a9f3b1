import { expect, it, vi } from "vitest";
import type { Cluster } from "../../../src/gate/config/Cluster.ts";
import type { GateDependencies } from "../../../src/gate/GateDependencies.ts";
import { memoryRates } from "../../../src/hosts/rates/memoryRates.ts";
import { refused } from "../../../src/identity/Identity.ts";
import { reviewCall, testGate } from "../gateCall.ts";
import { fakeTier } from "./fakeTier.ts";

const REAL = { identity: [{ tier: "jwt" }] } as unknown as Cluster;
const jwt = fakeTier("jwt", ({ authorization }) =>
  authorization === "Bearer right" ? { outcome: "accepted", identity: { tier: "jwt" } } : refused("malformed"),
);

/** A gate that looks its clusters up. `real` is one. */
function started(deps: Partial<GateDependencies> = {}, tiers = [jwt]) {
  const clock = { ms: 1_000_000 };
  const state = { fails: false };
  const lookup = vi.fn(async (name: string): Promise<Cluster | undefined> => {
    await Promise.resolve();
    if (state.fails) throw new Error("KV is down");
    return name === "real" ? REAL : undefined;
  });
  const { app, log } = testGate({ tiers, clusters: lookup }, { now: () => clock.ms, ...deps });
  const call = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> => {
    const request = reviewCall(path);
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
    return (await app.fetch(request)).status;
  };
  return { clock, state, lookup, call, log };
}

const limited = () =>
  memoryRates({
    monotonicMs: () => 0,
    addressOf: () => "203.0.113.7",
    cluster: { perSecond: 500, burst: 1_000 },
    refused: { perSecond: 1, burst: 5 },
  });

it.each<[calls: string, path: (name: number) => string]>([
  ["reviews", (name) => `/c/made-up-${name}/validate`],
  ["conversions", (name) => `/c/made-up-${name}/convert`],
  ["calls with a capability", (name) => `/k/x/c/made-up-${name}/validate`],
  ["token calls", (name) => `/token/made-up-${name}`],
])("an address over its limit makes no lookups with made-up names of %s", async (_, path) => {
  const { lookup, call } = started({ rates: limited() });
  const statuses: number[] = [];
  for (let made = 0; made < 500; made += 1) statuses.push(await call(path(made)));
  expect(lookup).toHaveBeenCalledTimes(5);
  expect([statuses.slice(0, 5), [...new Set(statuses.slice(5))]]).toEqual([Array(5).fill(401), [429]]);
});

it("an address that called many made-up names at one time makes no lookups for as long", async () => {
  const monotonic = { ms: 0 };
  const rates = memoryRates({
    monotonicMs: () => monotonic.ms,
    addressOf: () => "203.0.113.7",
    cluster: { perSecond: 500, burst: 1_000 },
    refused: { perSecond: 1, burst: 5 },
  });
  const { lookup, call } = started({ rates });
  await Promise.all(Array.from({ length: 50 }, (_, made) => call(`/c/made-up-${made}/validate`)));
  lookup.mockClear();
  for (let second = 0; second < 5; second += 1) {
    monotonic.ms += 1_000;
    await Promise.all(Array.from({ length: 50 }, (_, made) => call(`/c/second-${second}-${made}/validate`)));
  }
  expect(lookup).not.toHaveBeenCalled();
});

it("a cluster that is cached is looked up again in spite of strangers at its address", async () => {
  const { clock, lookup, call } = started({ rates: limited() });
  expect(await call("/c/real/validate", { authorization: "Bearer right" })).toBe(200);
  for (let made = 0; made < 20; made += 1) await call(`/c/made-up-${made}/validate`);
  lookup.mockClear();
  clock.ms += 61_000;
  expect(await call("/c/real/validate", { authorization: "Bearer right" })).toBe(200);
  expect(lookup.mock.calls.map(([name]) => name)).toEqual(["real"]);
});

const CERTIFICATE = { ok: false, reason: "not-verified" } as const;
it.each<
  [
    real: number,
    madeUp: number,
    what: string,
    prefix: string,
    headers: Readonly<Record<string, string>>,
    deps: Partial<GateDependencies>,
  ]
>([
  [401, 401, "nothing that could be a credential", "", {}, {}],
  [401, 401, "no certificate", "", {}, { clientCertificate: () => undefined }],
  // May be the caller of a cluster whose settings are not cached. It is to try again.
  [401, 503, "a header Authorization", "", { authorization: "Bearer x" }, {}],
  [401, 503, "a capability", "/k/x", {}, {}],
  [401, 503, "a certificate", "", {}, { clientCertificate: async () => CERTIFICATE }],
])(
  "while the lookup fails, a cluster that is cached gets %d and a made-up name %d, for a call with %s",
  async (real, madeUp, _, prefix, headers, deps) => {
    const { state, call, log } = started(deps);
    await call("/c/real/validate");
    state.fails = true;
    expect([
      await call(`${prefix}/c/real/validate`, headers),
      await call(`${prefix}/c/nowhere/validate`, headers),
    ]).toEqual([real, madeUp]);
    expect(log.lines.map(({ message }) => message)).toContain("the lookup of a cluster's settings failed");
  },
);

it("refused calls while the lookup fails count for the address", async () => {
  const { state, lookup, call } = started({ rates: limited() });
  state.fails = true;
  for (let made = 0; made < 50; made += 1) await call("/c/nowhere/validate");
  expect(lookup).toHaveBeenCalledTimes(5);
});

it.each<[what: string, deps: Partial<GateDependencies>, tiers: (typeof jwt)[]]>([
  ["of a gate without tiers, whose callers have no credentials", {}, []],
  ["that another gate has identified", { isApart: true, identified: () => ({ tier: "jwt" }) }, [jwt]],
])("while the lookup fails, a call is to try again %s", async (_, deps, tiers) => {
  const { state, call } = started(deps, tiers);
  state.fails = true;
  expect(await call("/c/real/validate")).toBe(503);
});
