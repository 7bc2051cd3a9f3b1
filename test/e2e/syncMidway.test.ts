import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import { kindOfCall } from "./ApiTap.ts";
import { bundleSizes, inConfig, MUTATING, SyncBed, type SyncResult, VALIDATING } from "./SyncBed.ts";
import { TappedSync } from "./TappedSync.ts";

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
  const timeouts = { lease: inConfig(patience(60_000)), canary: inConfig(patience(2_000)) };
  config = await bed.config({ roots: [bed.cas.old, bed.cas.next], soak: "1h", more: { timeouts } });
});

afterAll(async () => {
  await sync?.stop();
  await bed?.stop();
});

/** The next run is to add a root: to the mutating registration first, by its first PATCH, and to confirm by its second. */
beforeEach(async () => {
  await bed.register(bed.cas.old.root);
  await sync.forgetLease();
});

/** A run in which something happens just before a call. */
async function runWhile(kind: string, before: number, happen: () => Promise<unknown>): Promise<SyncResult> {
  let happened = 0;
  const result = await sync.call(config, async (call) => {
    if (kindOfCall(call.method, call.path) !== kind || call.before !== before) return undefined;
    await happen();
    happened += 1;
    return undefined;
  });
  expect(happened).toBe(1);
  return result;
}

async function getsInStep(): Promise<SyncResult> {
  await sync.forgetLease();
  const result = await sync.call(config);
  expect(result).toMatchObject({ code: 0, stderr: "" });
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

/** As a tool that applies what it has, whoever owns it. */
const applyOld = async (): Promise<void> => {
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
  { what: "gets a webhook", happen: addWebhook },
  { what: "is applied by somebody else, by force", happen: applyOld },
  { what: "is edited to nonsense", happen: () => withBundle("nonsense") },
])(
  "a registration that $what between being read and being written is left, said, and done by the next run",
  async ({ happen }) => {
    const { code, stdout } = await runWhile(PATCH, 0, happen);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(/changed-in-between {2}MutatingWebhookConfiguration\/postern: .*409/),
    });
    expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
    expect((await getsInStep()).stdout).toContain("widen  MutatingWebhookConfiguration/postern");
  },
);

it.each([
  { what: "gets a webhook", happen: addWebhook },
  { what: "is applied by somebody else, by force", happen: applyOld },
  { what: "is edited to nonsense", happen: () => withBundle("nonsense") },
])("a registration that $what between being written and being confirmed is written anew", async ({ happen }) => {
  // Read at first, after the canary, and after it was written.
  const { code, stdout } = await runWhile(LIST, 2, happen);
  expect({ code, writes: stdout.match(/^widen {2}Mutating/gm)?.length }, stdout).toEqual({ code: 0, writes: 2 });
  expect((await getsInStep()).stdout).toBe("in step: nothing to write\n");
});

it("a webhook that was added midway has the bundle of the others, and nothing else of it was changed", async () => {
  await runWhile(LIST, 2, addWebhook);
  const { webhooks } = await bed.live(MUTATING);
  const [first, added] = webhooks;
  expect(added).toEqual({ ...first, name: ADDED });
});

it.each([
  { when: "before it is written", before: 0 },
  { when: "before it is confirmed", before: 1 },
])("a registration that is deleted $when is gone, and the others are kept in step", async ({ before }) => {
  const { code } = await runWhile(PATCH, before, () => bed.cluster.api.delete(MUTATING));
  expect(code).toBe(0);
  expect((await bed.cluster.api.get(MUTATING)).status).toBe(404);
  expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
});

it("rights that are taken away midway end the run where it is, with nothing half-written", async () => {
  const { rules } = await bed.live(ROLE);
  const mayPatch = async (): Promise<boolean> => {
    const call = { token: bed.token, query: { dryRun: "All" } };
    return (await bed.cluster.api.merge(MUTATING, { metadata: {} }, call)).status !== 403;
  };
  try {
    const { code, stderr } = await runWhile(PATCH, 1, async () => {
      await merge(ROLE, { rules: rules.filter(({ verbs }: KubeObject) => !verbs.includes("patch")) });
      await eventually("the rights to be gone", async () => ((await mayPatch()) ? undefined : true));
    });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/cannot be written: 403 .*forbidden/) });
    expect([bundleSizes(await bed.live(MUTATING)), bundleSizes(await bed.live(VALIDATING))]).toEqual([[2], [1]]);
    expect((await bed.live(MUTATING)).metadata.annotations["postern.dev/sync-phase"]).toBe("widening");
  } finally {
    await merge(ROLE, { rules });
  }
  await eventually("the rights to be back", async () => ((await mayPatch()) ? true : undefined));
  await getsInStep();
});
