import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SyncCluster } from "../../../src/sync/apply/SyncCluster.ts";
import type { SyncTarget } from "../../../src/sync/target/SyncTarget.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { kindOfCall, type TapPlan } from "../api/ApiTap.ts";
import { edgeCa, SwitchingEdge } from "../edges/SwitchingEdge.ts";
import gate from "../gates/sync.ts";
import { bundleSizes, CANARY, MUTATING, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { configDuration } from "./bed/syncConfigFiles.ts";
import { TappedSync } from "./bed/TappedSync.ts";

const ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/postern-sync";
const STATE = "postern.dev/sync-";
/** For a failing canary: long enough for the API server to use the new canary. Earlier answers do not count. */
const CANARY_FAILS = { canary: configDuration(patience(2_000)) };
/** Kills a run after its first write to a production registration. */
const KILLED_AFTER_WRITE: TapPlan = ({ method, path }) =>
  kindOfCall(method, path) === "PATCH mutatingwebhookconfigurations/postern" ? { kind: "kills-after" } : undefined;

let bed: SyncBed;
let sync: TappedSync;

beforeAll(async () => {
  bed = await SyncBed.start();
  sync = await TappedSync.start(bed);
});

afterAll(async () => {
  await sync?.stop();
  await bed?.stop();
});

beforeEach(async () => {
  await bed.edge.switchTo(bed.cas.old);
  await bed.register(bed.cas.old.root);
});

const clientConfigs = async (): Promise<unknown> =>
  Promise.all(
    [VALIDATING, MUTATING].map(async (path) =>
      (await bed.live(path)).webhooks.map(({ clientConfig }: KubeObject) => clientConfig),
    ),
  );

/** Expects that a run does not change the production registrations and prints `output`. */
async function expectNoWrite(config: string, output: RegExp, code = 1): Promise<void> {
  const before = await clientConfigs();
  const result = await bed.run(config);
  expect({ code: result.code, stdout: result.stdout + result.stderr }).toEqual({
    code,
    stdout: expect.stringMatching(output),
  });
  expect(await clientConfigs()).toEqual(before);
}

async function runInStep(config: string): Promise<string> {
  const { code, stdout, stderr } = await bed.run(config);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  return stdout;
}

async function writeBundle(path: string, bundle: string): Promise<void> {
  const { webhooks } = await bed.live(path);
  const caBundle = Buffer.from(bundle).toString("base64");
  const changed = webhooks.map((webhook: KubeObject) => ({
    ...webhook,
    clientConfig: { ...webhook.clientConfig, caBundle },
  }));
  expect((await bed.cluster.api.merge(path, { webhooks: changed })).status).toBe(200);
}

describe("postern sync writes nothing", () => {
  it("when the endpoint presents the chain of an unknown CA", async () => {
    await bed.edge.switchTo(await edgeCa("unknown CA"));
    const config = await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next] });
    await expectNoWrite(config, /^unanchored {2}.*\n.*is not in the bundle|^unanchored {2}.*is not in the bundle/);
  });

  it("when the endpoint does not answer", async () => {
    const config = await bed.writeConfig({ roots: [bed.cas.old], url: "https://127.0.0.1:1" });
    await expectNoWrite(config, /^unreachable {2}https:\/\/127\.0\.0\.1:1: no answer/);
  });

  it("except to the canary when the gate signs with another key", async () => {
    const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
    const another = await SwitchingEdge.start(gate, await exportJWK(privateKey), bed.cas.old);
    try {
      const before = (await bed.live(CANARY)).webhooks[0].clientConfig;
      const config = await bed.writeConfig({
        roots: [bed.cas.old],
        url: another.url,
        more: { timeouts: CANARY_FAILS },
      });
      await expectNoWrite(config, /canary-failed {2}\S+: the statement was not signed with the pinned key/);
      expect((await bed.live(CANARY)).webhooks[0].clientConfig).toEqual(before);
    } finally {
      await another.stop();
    }
  });

  it("when the trust mode is system and the host does not trust the root", async () => {
    const config = await bed.writeConfig({
      roots: [],
      more: { trust: { mode: "system" }, timeouts: CANARY_FAILS },
    });
    // An empty bundle has no comment that forces a new connection, so the API server would reuse an existing one.
    bed.edge.dropConnections();
    await expectNoWrite(config, /canary-failed {2}\S+: the API server cannot call the gate: .*x509/);
  });

  it("when it has lost its rights", async () => {
    const role = await bed.live(ROLE);
    await bed.cluster.api.merge(ROLE, {
      rules: role.rules.filter(({ verbs }: KubeObject) => !verbs.includes("patch")),
    });
    try {
      const config = await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next] });
      await eventually("the rights to be gone", async () => ((await bed.run(config)).code === 2 ? true : undefined));
      await expectNoWrite(config, /postern\.canary cannot be written: 403/, 2);
    } finally {
      await bed.cluster.api.merge(ROLE, { rules: role.rules });
    }
  });
});

it("postern sync empties caBundle in the trust mode system and fills it again in the mode pin", async () => {
  await bed.edge.switchTo(bed.cas.next);
  const system = await bed.writeConfig({ roots: [], more: { trust: { mode: "system" } } });
  await runInStep(system);
  expect(await bed.live(VALIDATING)).toMatchObject({
    webhooks: [{ clientConfig: expect.not.objectContaining({ caBundle: expect.anything() }) }],
  });
  expect(await runInStep(system)).toBe("in step: nothing to write\n");
  await runInStep(await bed.writeConfig({ roots: [bed.cas.next] }));
  expect(bundleSizes(await bed.live(VALIDATING))).toEqual([1]);
});

it("postern sync repairs an invalid bundle each time, because calls fail with it, and reports the other writer", async () => {
  const config = await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next], soak: "1h" });
  await runInStep(config);
  for (let time = 0; time < 2; time += 1) {
    await writeBundle(VALIDATING, "nonsense");
    const { code, stdout } = await bed.run(config);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringContaining("widen  ValidatingWebhookConfiguration/postern"),
    });
    expect(stdout).toContain("ValidatingWebhookConfiguration/postern: another client changed caBundle");
    expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
  }
});

it("postern sync skips a registration that cert-manager injects into and brings the others in step", async () => {
  await bed.cluster.api.merge(MUTATING, { metadata: { annotations: { "cert-manager.io/inject-ca-from": "a/b" } } });
  const { code, stdout } = await bed.run(await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next] }));
  expect(code).toBe(1);
  expect(stdout).toContain(
    "target-fault  MutatingWebhookConfiguration/postern: has the annotation cert-manager.io/inject-ca-from",
  );
  expect([bundleSizes(await bed.live(VALIDATING)), bundleSizes(await bed.live(MUTATING))]).toEqual([[2], [1]]);
});

it("postern sync rolls back a URL that stops answering after the write, and exits with 3", async () => {
  const otherEdge = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.old);
  const config = await bed.writeConfig({ roots: [bed.cas.old], url: otherEdge.url });
  expect((await sync.run(config, KILLED_AFTER_WRITE)).code).toBeNull();
  expect((await bed.live(MUTATING)).metadata.annotations[`${STATE}phase`]).toBe("switching");
  await otherEdge.stop();
  await bed.leaseExpired();
  const { code, stdout } = await bed.run(config);
  expect({ code, stdout }).toEqual({
    code: 3,
    stdout: expect.stringContaining("rollback  MutatingWebhookConfiguration/postern"),
  });
  for (const path of [VALIDATING, MUTATING]) {
    const live = await bed.live(path);
    expect(live.webhooks[0].clientConfig.url).toMatch(`${bed.edge.url}/c/e2e/`);
    expect(live.metadata.annotations[`${STATE}phase`]).toBeUndefined();
  }
  const { body } = await bed.cluster.api.get("/apis/events.k8s.io/v1/namespaces/default/events");
  expect(body.items.map(({ reason }: KubeObject) => reason)).toContain("RolledBack");
});

describe("SyncCluster.write", () => {
  const cluster = (): SyncCluster =>
    new SyncCluster(async ({ method, path, body }) => {
      const type = { contentType: method === "PATCH" ? "application/json-patch+json" : "application/json" };
      const answer = await bed.cluster.api.call(method, path, { body, ...type });
      return { status: answer.status, body: answer.body };
    }, "postern");
  const read = async (): Promise<SyncTarget> => {
    const target = (await cluster().targets()).find(({ kind }) => kind === "MutatingWebhookConfiguration");
    if (target === undefined) throw new Error("there is no target");
    return target;
  };

  it.each([
    { what: "changed", change: () => bed.cluster.api.merge(MUTATING, { metadata: { labels: { a: "b" } } }) },
    { what: "deleted", change: () => bed.cluster.api.delete(MUTATING) },
    {
      what: "given another webhook",
      change: async () => {
        const { webhooks } = await bed.live(MUTATING);
        return bed.cluster.api.merge(MUTATING, {
          webhooks: [...webhooks, { ...webhooks[0], name: "more.postern.dev" }],
        });
      },
    },
  ])("rejects and writes nothing when the target was $what after it was read", async ({ change }) => {
    const target = await read();
    await change();
    const before = await bed.cluster.api.get(MUTATING);
    await expect(cluster().write({ target, hooks: target.hooks, state: { phase: "widening" } })).rejects.toMatchObject({
      code: "changed-in-between",
    });
    const after = await bed.cluster.api.get(MUTATING);
    expect([after.status, after.body.metadata?.resourceVersion]).toEqual([
      before.status,
      before.body.metadata?.resourceVersion,
    ]);
  });
});

it("postern sync exits with 1 and names the holder when another run has the Lease", async () => {
  const config = await bed.writeConfig({
    roots: [bed.cas.old, bed.cas.next],
    more: { timeouts: { lease: configDuration(patience(30_000)) } },
  });
  expect((await sync.run(config, KILLED_AFTER_WRITE)).code).toBeNull();
  const second = await bed.run(config);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/^postern: another run has the Lease postern-sync: [^\s;]+; wait for its end[^\n]*\n$/);
  await bed.deleteLease();
  await runInStep(config);
});
