import { expect, it } from "vitest";
import type { ApiRequest } from "../../src/kubernetes/KubernetesApi.ts";
import { Lease } from "../../src/kubernetes/Lease.ts";
import { SYNC_LEASE, SyncCluster } from "../../src/sync/apply/SyncCluster.ts";
import type { SyncConfig } from "../../src/sync/goal/SyncConfig.ts";
import { findingsOf } from "../../src/sync/plan/Step.ts";
import { runSync } from "../../src/sync/runSync.ts";
import type { SyncTarget } from "../../src/sync/target/SyncTarget.ts";
import type { TargetWrite } from "../../src/sync/target/TargetWrite.ts";
import { makeCas, SyncWorld } from "./SyncWorld.ts";

/** A cluster whose first registration has a forged annotation until it is written. */
class ForgedCluster extends SyncCluster {
  targetsNow: readonly SyncTarget[];
  readonly events: string[] = [];

  constructor(targets: readonly SyncTarget[]) {
    super(() => Promise.reject(new Error("no API server is called")), "g");
    this.targetsNow = targets;
  }

  override async targets(): Promise<SyncTarget[]> {
    return [...this.targetsNow];
  }

  override async write({ target, state }: TargetWrite): Promise<void> {
    this.targetsNow = this.targetsNow.map((it) => (it === target ? { ...it, state, stateFaults: [] } : it));
  }

  override async event(_: unknown, { reason }: { readonly reason: string }): Promise<void> {
    this.events.push(reason);
  }
}

it("runSync replaces a forged state and takes a forged Lease, and reports both at the end of that run only", async () => {
  const world = new SyncWorld(
    await makeCas(1),
    { gate: "g", cluster: "prod", url: undefined, soakMs: 3_600_000 },
    [0],
    [0],
  );
  const cluster = new ForgedCluster(
    world.targets.map((it, index) => (index === 1 ? { ...it, stateFaults: ["reverted"] } : it)),
  );
  const spec = { holderIdentity: "thief", leaseDurationSeconds: 9, renewTime: "2126-01-01T00:00:00.000000Z" };
  let stored: object = { kind: "Lease", metadata: {}, spec };
  const api = async ({ method, body }: ApiRequest): Promise<never> => {
    if (method !== "GET") stored = body ?? {};
    return { status: 200, body: stored } as never;
  };
  const config: SyncConfig = {
    goal: world.goal,
    publicKey: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
    timeouts: { handshakeMs: 1, probeMs: 1, canaryMs: 1, leaseMs: 1_000, nextMs: 1 },
    hosts: [],
    catalogues: [],
    intervalMs: 60_000,
    jitterMs: 0,
    load: undefined,
    next: undefined,
  };
  const { endpoints } = world.observe();
  const run = async (): Promise<string[]> => {
    const { last } = await runSync(
      {
        config,
        apis: () => Promise.reject(new Error("no self-test is sent")),
        cluster,
        lease: new Lease(api, { ...SYNC_LEASE, holder: "me", durationMs: 1_000, now: () => world.now }),
        view: async (base) => endpoints.find((it) => it.base === base) ?? { base, handshakes: [] },
        now: () => world.now,
      },
      { dryRun: false },
    );
    return findingsOf(last).map(({ code, about }) => `${code} ${about}`);
  };
  expect(await run()).toEqual(["foreign-state ValidatingWebhookConfiguration/g", "foreign-state Lease/postern-sync"]);
  expect(cluster.events).toEqual(["ForeignState", "ForeignState"]);
  expect(await run()).toEqual([]);
});
