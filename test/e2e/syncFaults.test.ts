import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SyncCluster } from "../../src/sync/apply/SyncCluster.ts";
import type { SyncTarget } from "../../src/sync/target/SyncTarget.ts";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import { kindOfCall, type TapPlan } from "./ApiTap.ts";
import gate from "./gates/sync.ts";
import { edgeCa, SwitchingEdge } from "./SwitchingEdge.ts";
import { bundleSizes, CANARY, inConfig, MUTATING, SyncBed, VALIDATING } from "./SyncBed.ts";
import { TappedSync } from "./TappedSync.ts";

const ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/postern-sync";
const STATE = "postern.dev/sync-";
/** For a canary that is to fail: as long as the API server may take to take it up, for what it says until then is no failure. */
const CANARY_FAILS = { canary: inConfig(patience(2_000)) };
/** Ends a run when the API server has done its first write to what matters. */
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

/** A run that is to end without anything written to what matters. */
async function refused(config: string, said: RegExp, code = 1): Promise<void> {
  const before = await clientConfigs();
  const result = await bed.run(config);
  expect({ code: result.code, stdout: result.stdout + result.stderr }).toEqual({
    code,
    stdout: expect.stringMatching(said),
  });
  expect(await clientConfigs()).toEqual(before);
}

async function inStep(config: string): Promise<string> {
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

describe("nothing is written", () => {
  it("when somebody in the middle shows a chain of his own", async () => {
    await bed.edge.switchTo(await edgeCa("somebody's CA"));
    const config = await bed.config({ roots: [bed.cas.old, bed.cas.next] });
    await refused(config, /^unanchored {2}.*\n.*signed by nobody|^unanchored {2}.*signed by nobody in the bundle/);
  });

  it("when the endpoint does not answer", async () => {
    const config = await bed.config({ roots: [bed.cas.old], url: "https://127.0.0.1:1" });
    await refused(config, /^unreachable {2}https:\/\/127\.0\.0\.1:1: no answer/);
  });

  it("but to the canary, when the gate signs with another key", async () => {
    const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
    const another = await SwitchingEdge.start(gate, await exportJWK(privateKey), bed.cas.old);
    try {
      const before = (await bed.live(CANARY)).webhooks[0].clientConfig;
      const config = await bed.config({ roots: [bed.cas.old], url: another.url, more: { timeouts: CANARY_FAILS } });
      await refused(config, /canary-failed {2}\S+: the statement was not signed with the pinned key/);
      expect((await bed.live(CANARY)).webhooks[0].clientConfig).toEqual(before);
    } finally {
      await another.stop();
    }
  });

  it("when trust is to be the host's own, and the host does not have the root", async () => {
    const config = await bed.config({
      roots: [],
      more: { trust: { mode: "system" }, timeouts: CANARY_FAILS },
    });
    // An empty bundle has no comment to change, and so would be tried on a connection from before.
    bed.edge.dropConnections();
    await refused(config, /canary-failed {2}\S+: the API server cannot call the gate: .*x509/);
  });

  it("by a run that has lost its rights", async () => {
    const role = await bed.live(ROLE);
    await bed.cluster.api.merge(ROLE, {
      rules: role.rules.filter(({ verbs }: KubeObject) => !verbs.includes("patch")),
    });
    try {
      const config = await bed.config({ roots: [bed.cas.old, bed.cas.next] });
      await eventually("the rights to be gone", async () => ((await bed.run(config)).code === 2 ? true : undefined));
      await refused(config, /postern\.canary cannot be written: 403/, 2);
    } finally {
      await bed.cluster.api.merge(ROLE, { rules: role.rules });
    }
  });
});

it("trust in the host's own roots leaves caBundle empty, and pins come back", async () => {
  await bed.edge.switchTo(bed.cas.next);
  const system = await bed.config({ roots: [], more: { trust: { mode: "system" } } });
  await inStep(system);
  expect(await bed.live(VALIDATING)).toMatchObject({
    webhooks: [{ clientConfig: expect.not.objectContaining({ caBundle: expect.anything() }) }],
  });
  expect(await inStep(system)).toBe("in step: nothing to write\n");
  await inStep(await bed.config({ roots: [bed.cas.next] }));
  expect(bundleSizes(await bed.live(VALIDATING))).toEqual([1]);
});

it("a bundle that was edited to nonsense is written anew, and left to whoever edits it again", async () => {
  const config = await bed.config({ roots: [bed.cas.old, bed.cas.next], soak: "1h" });
  await inStep(config);
  await writeBundle(VALIDATING, "nonsense");
  expect(await inStep(config)).toContain("widen  ValidatingWebhookConfiguration/postern");
  expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
  await writeBundle(VALIDATING, "nonsense");
  await refused(
    config,
    /^fight {2}ValidatingWebhookConfiguration\/postern: somebody has changed what was written 2 times/,
  );
});

it("what cert-manager writes is left to it, and the others are kept in step", async () => {
  await bed.cluster.api.merge(MUTATING, { metadata: { annotations: { "cert-manager.io/inject-ca-from": "a/b" } } });
  const { code, stdout } = await bed.run(await bed.config({ roots: [bed.cas.old, bed.cas.next] }));
  expect(code).toBe(1);
  expect(stdout).toContain(
    "obstacle  MutatingWebhookConfiguration/postern: has the annotation cert-manager.io/inject-ca-from",
  );
  expect([bundleSizes(await bed.live(VALIDATING)), bundleSizes(await bed.live(MUTATING))]).toEqual([[2], [1]]);
});

it("a URL that was written and does not carry is taken back, and the run exits with 3", async () => {
  const elsewhere = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.old);
  const config = await bed.config({ roots: [bed.cas.old], url: elsewhere.url });
  expect((await sync.run(config, KILLED_AFTER_WRITE)).code).toBeNull();
  expect((await bed.live(MUTATING)).metadata.annotations[`${STATE}phase`]).toBe("switching");
  await elsewhere.stop();
  await bed.leaseOver();
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

describe("a target that is another by the time it is written", () => {
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
  ])("is left as it is when it was $what, even with an admin's rights", async ({ change }) => {
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

it("two runs never write at once: the second says who has the Lease, and exits with 1", async () => {
  const config = await bed.config({
    roots: [bed.cas.old, bed.cas.next],
    more: { timeouts: { lease: inConfig(patience(30_000)) } },
  });
  expect((await sync.run(config, KILLED_AFTER_WRITE)).code).toBeNull();
  const second = await bed.run(config);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/^postern: another run has the Lease postern-sync: \S+\n$/);
  await bed.forgetLease();
  await inStep(config);
});
