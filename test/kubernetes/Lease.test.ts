import { describe, expect, it } from "vitest";
import type { ApiRequest, ApiResponse } from "../../src/kubernetes/KubernetesApi.ts";
import { Lease } from "../../src/kubernetes/Lease.ts";
import { SYNC_LEASE } from "../../src/sync/apply/SyncCluster.ts";

/** An API server with one Lease, or none. */
function leaseServer(lease?: object): {
  api: (request: ApiRequest) => Promise<never>;
  calls: string[];
  stored: () => unknown;
} {
  let stored = lease;
  const calls: string[] = [];
  const api = async ({ method, body }: ApiRequest): Promise<never> => {
    calls.push(method);
    if (method === "GET")
      return (stored === undefined ? { status: 404, body: {} } : { status: 200, body: stored }) as never;
    stored = body;
    return { status: 200, body: stored } as never;
  };
  return { api, calls, stored: () => stored };
}

const NOW = Date.parse("2026-01-01T00:00:00Z");
const held = (by: string, secondsAgo: number): object => ({
  kind: "Lease",
  metadata: { resourceVersion: "7" },
  spec: { holderIdentity: by, leaseDurationSeconds: 60, renewTime: new Date(NOW - secondsAgo * 1000).toISOString() },
});

describe("Lease", () => {
  it.each([
    ["there is none", undefined, "POST"],
    ["it was given back", held("", 1), "PUT"],
    ["it has expired", held("another", 61), "PUT"],
    ["this process holds it", held("me", 1), "PUT"],
  ])("hold acquires the Lease when %s", async (_, lease, method) => {
    const { api, calls, stored } = leaseServer(lease);
    await new Lease(api, { ...SYNC_LEASE, holder: "me", durationMs: 60_000, now: () => NOW }).hold();
    expect(calls).toEqual(["GET", method]);
    expect(stored()).toMatchObject({
      spec: { holderIdentity: "me", leaseDurationSeconds: 60, renewTime: "2026-01-01T00:00:00.000000Z" },
      ...(method === "PUT" ? { metadata: { resourceVersion: "7" } } : {}),
    });
  });

  const claimed = (renewTime: string, leaseDurationSeconds: number, more: object = {}): object => ({
    kind: "Lease",
    metadata: { resourceVersion: "7" },
    spec: { holderIdentity: "thief", leaseDurationSeconds, renewTime, ...more },
  });
  it.each([
    ["68 years", claimed("2025-12-31T23:50:00.000000Z", 2_147_483_647), /no Lease is held for more than 600 s$/],
    [
      "an hour, renewed 10 min ago",
      claimed("2025-12-31T23:50:00.000000Z", 3_600),
      /thief claims it from .* for 3600 s/,
    ],
    ["a minute in the year 2126", claimed("2126-01-01T00:00:00.000000Z", 60), /a time ahead of now is not believed$/],
    ["a minute from 61 s ahead", claimed("2026-01-01T00:01:01.000000Z", 60), /a time ahead of now is not believed$/],
  ])("hold takes over a Lease that claims %s, and says why", async (_, lease, reason) => {
    const { api, stored } = leaseServer(lease);
    const own = new Lease(api, { ...SYNC_LEASE, holder: "me", durationMs: 60_000, now: () => NOW });
    expect(own.disbelieved).toBe(undefined);
    await own.hold();
    expect(stored()).toMatchObject({ spec: { holderIdentity: "me" } });
    expect(own.disbelieved).toMatch(reason);
  });

  it.each([
    ["68 years, renewed 599 s ago", claimed("2025-12-31T23:50:01.000000Z", 2_147_483_647)],
    ["a minute from 60 s ahead", claimed("2026-01-01T00:01:00.000000Z", 60)],
  ])("hold throws lease-held for a Lease that claims %s", async (_, lease) => {
    const { api } = leaseServer(lease);
    const own = new Lease(api, { ...SYNC_LEASE, holder: "me", durationMs: 60_000, now: () => NOW });
    await expect(own.hold()).rejects.toMatchObject({ code: "lease-held" });
  });

  it.each([
    ["the largest int32", 2_147_483_647],
    ["a negative number", -5],
    ["no number", "x"],
  ])("hold starts to count transitions again after %s, which could not rise", async (_, leaseTransitions) => {
    const { api, stored } = leaseServer(claimed("2025-12-31T00:00:00.000000Z", 60, { leaseTransitions }));
    await new Lease(api, { ...SYNC_LEASE, holder: "me", durationMs: 60_000, now: () => NOW }).hold();
    expect(stored()).toMatchObject({ spec: { leaseTransitions: 1 } });
  });

  it("hold writes no Lease of more than ten minutes", async () => {
    const { api, stored } = leaseServer();
    await new Lease(api, { ...SYNC_LEASE, holder: "me", durationMs: 3_600_000, now: () => NOW }).hold();
    expect(stored()).toMatchObject({ spec: { leaseDurationSeconds: 600 } });
  });

  it("hold throws lease-held while another holder renews the Lease", async () => {
    const { api, calls } = leaseServer(held("another", 59));
    const lease = new Lease(api, { ...SYNC_LEASE, holder: "me", durationMs: 60_000, now: () => NOW });
    await expect(lease.hold()).rejects.toMatchObject({
      code: "lease-held",
      message: expect.stringContaining("another"),
    });
    await lease.release();
    expect(calls).toEqual(["GET"]);
  });

  it("hold makes no call for a third of the duration, then renews; release gives the Lease back", async () => {
    let now = NOW;
    const { api, calls, stored } = leaseServer();
    const lease = new Lease(api, { ...SYNC_LEASE, holder: "me", durationMs: 60_000, now: () => now });
    await lease.hold();
    now += 19_000;
    await lease.hold();
    expect(calls.length).toBe(2);
    now += 2_000;
    await lease.hold();
    expect(calls).toEqual(["GET", "POST", "GET", "PUT"]);
    await lease.release();
    expect(stored()).toMatchObject({ spec: { holderIdentity: "" } });
  });

  it("hold renews the Lease when the clock was set back", async () => {
    let now = NOW;
    const { api, calls } = leaseServer();
    const lease = new Lease(api, { ...SYNC_LEASE, holder: "me", durationMs: 60_000, now: () => now });
    await lease.hold();
    now -= 3_600_000;
    await lease.hold();
    expect(calls).toEqual(["GET", "POST", "GET", "PUT"]);
  });

  it.each([
    ["a 429", { status: 429, body: { message: "too many requests" } }, "429 too many requests"],
    ["not a Lease", { status: 200, body: {} }, "200 with a body that cannot be read"],
  ])("hold throws cluster-refused when the answer is %s", async (_, answer, reason) => {
    const calls: string[] = [];
    const api = async ({ method }: ApiRequest): Promise<ApiResponse> => {
      calls.push(method);
      return answer;
    };
    await expect(
      new Lease(api, { ...SYNC_LEASE, holder: "me", durationMs: 60_000, now: () => NOW }).hold(),
    ).rejects.toMatchObject({
      code: "cluster-refused",
      message: `the Lease postern-sync cannot be read: ${reason}`,
    });
    expect(calls).toEqual(["GET"]);
  });

  it("release makes no call when the Lease was never held", async () => {
    const { api, calls } = leaseServer();
    await new Lease(api, { ...SYNC_LEASE, holder: "me", durationMs: 60_000, now: () => NOW }).release();
    expect(calls).toEqual([]);
  });

  it.each([
    ["renewed by its holder", held("me", 30), { acquireTime: "2025-12-31T00:00:00.000000Z", leaseTransitions: 4 }],
    [
      "acquired after it expired",
      held("another", 61),
      { acquireTime: "2026-01-01T00:00:00.000000Z", leaseTransitions: 5 },
    ],
  ])("hold writes acquireTime and leaseTransitions of a Lease that is %s", async (_, lease, expected) => {
    const spec = { ...Reflect.get(lease, "spec"), acquireTime: "2025-12-31T00:00:00.000000Z", leaseTransitions: 4 };
    const { api, stored } = leaseServer({ ...lease, spec });
    await new Lease(api, { ...SYNC_LEASE, holder: "me", durationMs: 60_000, now: () => NOW }).hold();
    expect(stored()).toMatchObject({ spec: expected });
  });
});
