import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { kindOfCall } from "../api/ApiTap.ts";
import { bundleSizes, MUTATING, SyncBed, type SyncResult, VALIDATING } from "./bed/SyncBed.ts";
import { configDuration } from "./bed/syncConfigFiles.ts";
import { TappedSync } from "./bed/TappedSync.ts";

const ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/postern-sync";
const LIST = "GET mutatingwebhookconfigurations";
const PATCH = "PATCH mutatingwebhookconfigurations/postern";
const ADDED = "added.postern.dev";

let bed: SyncBed;
let sync: TappedSync;
let config: string;

beforeAll(async () => {
  bed = await SyncBed.start();
  sync = await TappedSync.start(bed);
  const timeouts = { lease: configDuration(patience(60_000)), canary: configDuration(patience(2_000)) };
  config = await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next], soak: "1h", more: { timeouts } });
});

afterAll(async () => {
  await sync?.stop();
  await bed?.stop();
});

/**
 * Resets the registrations. The next run adds a root. It writes the mutating registration first, with its first PATCH,
 * and confirms it with the second.
 */
beforeEach(async () => {
  await bed.register(bed.cas.old.root);
  await sync.deleteLease();
});

/** Runs the sync. Calls `action` just before a call of `kind` that has `earlierCalls` predecessors of the same kind. */
async function runWithChange(kind: string, earlierCalls: number, action: () => Promise<unknown>): Promise<SyncResult> {
  let callCount = 0;
  const result = await sync.call(config, async (call) => {
    if (kindOfCall(call.method, call.path) !== kind || call.earlierCalls !== earlierCalls) return undefined;
    await action();
    callCount += 1;
    return undefined;
  });
  expect(callCount).toBe(1);
  return result;
}

/** Makes a run. Its exit code is 1 when it mends what another client changed, and reports that. */
async function expectInStep(code = 0): Promise<SyncResult> {
  await sync.deleteLease();
  const result = await sync.call(config);
  expect(result, result.stdout).toMatchObject({ code, stderr: "" });
  for (const path of [VALIDATING, MUTATING]) expect(new Set(bundleSizes(await bed.live(path)))).toEqual(new Set([2]));
  return result;
}

const merge = async (path: string, body: object): Promise<void> =>
  expect((await bed.cluster.api.merge(path, body)).status).toBe(200);

const withBundle = async (bundle: string): Promise<void> => {
  const { webhooks } = await bed.live(MUTATING);
  const caBundle = Buffer.from(bundle).toString("base64");
  await merge(MUTATING, {
    webhooks: webhooks.map((it: KubeObject) => ({ ...it, clientConfig: { ...it.clientConfig, caBundle } })),
  });
};

const addWebhook = async (): Promise<void> => {
  const { webhooks } = await bed.live(MUTATING);
  const [first] = webhooks;
  const { url } = first.clientConfig;
  await merge(MUTATING, { webhooks: [...webhooks, { ...first, name: ADDED, clientConfig: { url } }] });
};

/** Applies the old bundle by force, like a tool that ignores other field managers. */
const applyOldBundle = async (): Promise<void> => {
  const { webhooks, metadata } = await bed.live(MUTATING);
  const body = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name: metadata.name },
    webhooks: webhooks.map(({ name, clientConfig: { url } }: KubeObject) => ({
      name,
      clientConfig: { url, caBundle: Buffer.from(bed.cas.old.root).toString("base64") },
    })),
  };
  const { status, body: answer } = await bed.cluster.api.apply(MUTATING, body, "somebody");
  expect(status, answer.message).toBe(200);
};

it.each([
  { what: "gets another webhook", action: addWebhook, next: 0 },
  { what: "is applied by force by another field manager", action: applyOldBundle, next: 0 },
  { what: "gets an invalid bundle", action: () => withBundle("nonsense"), next: 1 },
])(
  "postern sync does not write a registration that $what after it was read, reports that, and the next run writes it",
  async ({ action, next }) => {
    const { code, stdout } = await runWithChange(PATCH, 0, action);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(/changed-in-between {2}MutatingWebhookConfiguration\/postern: .*409/),
    });
    expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
    expect((await expectInStep(next)).stdout).toContain("widen  MutatingWebhookConfiguration/postern");
  },
);

it.each([
  { what: "gets another webhook", action: addWebhook, ends: 0 },
  { what: "is applied by force by another field manager", action: applyOldBundle, ends: 1 },
  { what: "gets an invalid bundle", action: () => withBundle("nonsense"), ends: 1 },
])(
  "postern sync writes a registration again that $what between the write and its confirmation",
  async ({ action, ends }) => {
    // The run reads it at the start, after the canary, and after the write.
    const { code, stdout } = await runWithChange(LIST, 2, action);
    expect({ code, writes: stdout.match(/^widen {2}Mutating/gm)?.length }, stdout).toEqual({ code: ends, writes: 2 });
    expect((await expectInStep()).stdout).toBe("in step: nothing to write\n");
  },
);

it("postern sync changes only the bundle of a webhook that is added during a run", async () => {
  await runWithChange(LIST, 2, addWebhook);
  const { webhooks } = await bed.live(MUTATING);
  const [first, added] = webhooks;
  expect(added).toEqual({ ...first, name: ADDED });
});

it.each([
  { when: "before the write", earlierCalls: 0 },
  { when: "before the confirmation", earlierCalls: 1 },
])("postern sync brings the other registrations in step when one is deleted $when", async ({ earlierCalls }) => {
  const { code } = await runWithChange(PATCH, earlierCalls, () => bed.cluster.api.delete(MUTATING));
  expect(code).toBe(0);
  expect((await bed.cluster.api.get(MUTATING)).status).toBe(404);
  expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
});

it("postern sync stops without a partial write when its rights are removed during a run", async () => {
  const { rules } = await bed.live(ROLE);
  const canPatch = async (): Promise<boolean> => {
    const call = { token: bed.token, query: { dryRun: "All" } };
    return (await bed.cluster.api.merge(MUTATING, { metadata: {} }, call)).status !== 403;
  };
  try {
    const { code, stderr } = await runWithChange(PATCH, 1, async () => {
      await merge(ROLE, { rules: rules.filter(({ verbs }: KubeObject) => !verbs.includes("patch")) });
      await eventually("the rights to be gone", async () => ((await canPatch()) ? undefined : true));
    });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/cannot be written: 403 .*forbidden/) });
    expect([bundleSizes(await bed.live(MUTATING)), bundleSizes(await bed.live(VALIDATING))]).toEqual([[2], [1]]);
    expect((await bed.live(MUTATING)).metadata.annotations["postern.dev/sync-phase"]).toBe("widening");
  } finally {
    await merge(ROLE, { rules });
  }
  await eventually("the rights to be back", async () => ((await canPatch()) ? true : undefined));
  await expectInStep();
});
