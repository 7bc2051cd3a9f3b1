import { expect, it } from "vitest";
import type { ApiRequest, ApiResponse } from "../../src/kubernetes/KubernetesApi.ts";
import { Lease } from "../../src/kubernetes/Lease.ts";
import { SYNC_LEASE } from "../../src/sync/apply/SyncCluster.ts";

/** An API server that has one Lease, or none. */
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

it.each([
  ["there is none", undefined, "POST"],
  ["it was given back", held("", 1), "PUT"],
  ["its time is over", held("another", 61), "PUT"],
  ["it is this run's own", held("me", 1), "PUT"],
])("is taken where %s", async (_, lease, method) => {
  const { api, calls, stored } = leaseServer(lease);
  await new Lease(api, { ...SYNC_LEASE, holder: "me", duration: 60_000, now: () => NOW }).hold();
  expect(calls).toEqual(["GET", method]);
  expect(stored()).toMatchObject({
    spec: { holderIdentity: "me", leaseDurationSeconds: 60, renewTime: "2026-01-01T00:00:00.000000Z" },
    ...(method === "PUT" ? { metadata: { resourceVersion: "7" } } : {}),
  });
});

it("is not taken from a run that is at work", async () => {
  const { api, calls } = leaseServer(held("another", 59));
  const lease = new Lease(api, { ...SYNC_LEASE, holder: "me", duration: 60_000, now: () => NOW });
  await expect(lease.hold()).rejects.toMatchObject({ code: "lease-held", message: expect.stringContaining("another") });
  await lease.release();
  expect(calls).toEqual(["GET"]);
});

it("is kept without a call until a third of its time is over, and given back at the end", async () => {
  let now = NOW;
  const { api, calls, stored } = leaseServer();
  const lease = new Lease(api, { ...SYNC_LEASE, holder: "me", duration: 60_000, now: () => now });
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

it("is asked for anew when the clock was set back", async () => {
  let now = NOW;
  const { api, calls } = leaseServer();
  const lease = new Lease(api, { ...SYNC_LEASE, holder: "me", duration: 60_000, now: () => now });
  await lease.hold();
  now -= 3_600_000;
  await lease.hold();
  expect(calls).toEqual(["GET", "POST", "GET", "PUT"]);
});

it.each([
  ["refused", { status: 429, body: { message: "too many requests" } }, "429 too many requests"],
  ["garbage", { status: 200, body: {} }, "200 and no answer that can be understood"],
])("is not taken when the answer is %s", async (_, answer, said) => {
  const calls: string[] = [];
  const api = async ({ method }: ApiRequest): Promise<ApiResponse> => {
    calls.push(method);
    return answer;
  };
  await expect(
    new Lease(api, { ...SYNC_LEASE, holder: "me", duration: 60_000, now: () => NOW }).hold(),
  ).rejects.toMatchObject({
    code: "cluster-refused",
    message: `the Lease postern-sync cannot be read: ${said}`,
  });
  expect(calls).toEqual(["GET"]);
});

it("is not given back where nothing was written", async () => {
  const { api, calls } = leaseServer();
  await new Lease(api, { ...SYNC_LEASE, holder: "me", duration: 60_000, now: () => NOW }).release();
  expect(calls).toEqual([]);
});

it.each([
  ["kept by its holder", held("me", 30), { acquireTime: "2025-12-31T00:00:00.000000Z", leaseTransitions: 4 }],
  ["taken from a dead one", held("another", 61), { acquireTime: "2026-01-01T00:00:00.000000Z", leaseTransitions: 5 }],
])("says since when it is held, and how often it changed hands: %s", async (_, lease, expected) => {
  const spec = { ...Reflect.get(lease, "spec"), acquireTime: "2025-12-31T00:00:00.000000Z", leaseTransitions: 4 };
  const { api, stored } = leaseServer({ ...lease, spec });
  await new Lease(api, { ...SYNC_LEASE, holder: "me", duration: 60_000, now: () => NOW }).hold();
  expect(stored()).toMatchObject({ spec: expected });
});
