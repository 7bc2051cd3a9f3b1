import { expect, it } from "vitest";
import { SyncCluster } from "../../src/sync/apply/SyncCluster.ts";
import type { SyncConfig } from "../../src/sync/goal/SyncConfig.ts";
import { runSync } from "../../src/sync/runSync.ts";
import type { SyncTarget } from "../../src/sync/target/SyncTarget.ts";
import { makeCas, SyncWorld } from "./SyncWorld.ts";

/** A cluster in which another client reverts every write immediately. */
class RevertingCluster extends SyncCluster {
  readonly #targets: readonly SyncTarget[];
  writes = 0;

  constructor(targets: readonly SyncTarget[]) {
    super(() => Promise.reject(new Error("no API server is called")), "g");
    this.#targets = targets;
  }

  override async targets(): Promise<SyncTarget[]> {
    return [...this.#targets];
  }

  override async write(): Promise<void> {
    this.writes += 1;
  }
}

it("runSync ends with writes-do-not-stay when every write is reverted", async () => {
  const goal = { gate: "g", cluster: "prod", url: undefined, soakMs: 3_600_000 };
  // The bundles have a root that the goal does not want: each run writes since when it is unused.
  const world = new SyncWorld(await makeCas(2), goal, [0], [0, 1]);
  const cluster = new RevertingCluster(world.targets);
  const config: SyncConfig = {
    goal: world.goal,
    publicKey: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
    timeouts: { handshakeMs: 1, probeMs: 1, canaryMs: 1, leaseMs: 1, nextMs: 1 },
    hosts: [],
    catalogues: [],
    intervalMs: 60_000,
    jitterMs: 0,
    load: undefined,
    next: undefined,
  };
  const { endpoints } = world.observe();
  const run = runSync(
    {
      config,
      apis: () => Promise.reject(new Error("no self-test is sent")),
      cluster,
      lease: { hold: async () => true, release: async () => undefined },
      view: async (base) => endpoints.find((it) => it.base === base) ?? { base, handshakes: [] },
      now: () => world.now,
    },
    { dryRun: false },
  );
  await expect(run).rejects.toMatchObject({
    name: "SyncError",
    code: "writes-do-not-stay",
    message: expect.stringMatching(/^no end after \d+ steps: written values do not stay$/),
  });
  expect(cluster.writes).toBeGreaterThan(40);
});
