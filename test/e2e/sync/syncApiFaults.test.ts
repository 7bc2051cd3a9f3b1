import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import { GoVerifier } from "../../trust/GoVerifier.ts";
import { kindOfCall, type TapFault, type TapPlan } from "../api/ApiTap.ts";
import { bundleSizes, LEASE, MUTATING, SyncBed, type SyncResult, VALIDATING } from "./bed/SyncBed.ts";
import { configDuration } from "./bed/syncConfigFiles.ts";
import { TappedSync } from "./bed/TappedSync.ts";
import { TrustWatch } from "./bed/TrustWatch.ts";

const go = await GoVerifier.shared();
const PATCH_CANARY = "PATCH validatingwebhookconfigurations/postern.canary";
const PATCH_MUTATING = "PATCH mutatingwebhookconfigurations/postern";
const POST_TEST = "POST postern-selftest/configmaps";

let bed: SyncBed;
let sync: TappedSync;
let objects: readonly KubeObject[];
let soakConfig: string;
let narrowConfig: string;

beforeAll(async () => {
  bed = await SyncBed.start();
  sync = await TappedSync.start(bed);
  await bed.edge.switchTo(bed.cas.next);
  objects = await bed.render(`${bed.cas.old.root}${bed.cas.next.root}`);
  const timeouts = { lease: configDuration(patience(60_000)), canary: configDuration(patience(1_000)) };
  soakConfig = await bed.writeConfig({ roots: [bed.cas.next], soak: "1h", more: { timeouts } });
  narrowConfig = await bed.writeConfig({ roots: [bed.cas.next], soak: "1ms", more: { timeouts } });
});

afterAll(async () => {
  await sync?.stop();
  await bed?.stop();
  go?.remove();
});

/** Registers two roots, one of them unused for long enough: the next run removes it. */
beforeEach(async () => {
  await bed.replaceRegistrations(objects);
  await sync.deleteLease();
  expect((await sync.call(soakConfig)).code).toBe(0);
  for (const path of [VALIDATING, MUTATING])
    expect((await bed.live(path)).metadata.annotations["postern.dev/sync-phase"]).toBe("soaking");
});

const kindOf = ({ method, path }: { method: string; path: string }): string => kindOfCall(method, path);

const clientConfigs = (): Promise<unknown> =>
  Promise.all(
    [VALIDATING, MUTATING].map(async (path) =>
      (await bed.live(path)).webhooks.map(({ clientConfig }: KubeObject) => clientConfig),
    ),
  );

/** Expects that the next run, without faults, removes the root and is in step. */
async function expectInStep(): Promise<void> {
  await sync.deleteLease();
  expect(await sync.call(narrowConfig)).toMatchObject({ code: 0, stderr: "" });
  for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([1]);
}

const status = (code: number, message: string): string =>
  JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code, message });
const FAULTS: Readonly<Record<string, TapFault>> = {
  "status 429": {
    kind: "answers",
    status: 429,
    headers: { "retry-after": "1" },
    body: status(429, "too many requests"),
  },
  "status 500": { kind: "answers", status: 500, body: status(500, "etcdserver: request timed out") },
  "no connection": { kind: "resets" },
  "a page in place of JSON": { kind: "answers", status: 200, body: "<html>a login page</html>" },
};

describe.each([
  { kind: "GET validatingwebhookconfigurations", code: 2, output: /ValidatingWebhookConfigurations cannot be listed/ },
  { kind: "GET mutatingwebhookconfigurations", code: 2, output: /MutatingWebhookConfigurations cannot be listed/ },
  { kind: "GET customresourcedefinitions", code: 2, output: /CustomResourceDefinitions cannot be listed/ },
  { kind: "GET leases/postern-sync", code: 2, output: /the Lease postern-sync cannot be read/ },
  { kind: "POST leases", code: 2, output: /the Lease postern-sync cannot be acquired/ },
  { kind: "PUT leases/postern-sync", code: 2, output: /the Lease postern-sync cannot be acquired/ },
  { kind: PATCH_CANARY, code: 2, output: /postern\.canary cannot be written/ },
  { kind: POST_TEST, code: 1, output: /canary-unknown {2}/ },
  { kind: PATCH_MUTATING, code: 2, output: /MutatingWebhookConfiguration\/postern cannot be written/ },
])("postern sync, when $kind fails,", ({ kind, code, output }) => {
  it("stops without removing a root, and the next run is in step", async () => {
    const before = await clientConfigs();
    if (kind === "POST leases") await sync.deleteLease();
    for (const [name, fault] of Object.entries(FAULTS)) {
      const result = await sync.call(narrowConfig, (call) => (kindOf(call) === kind ? fault : undefined));
      const text = name === "no connection" && code === 2 ? /^postern: https:\/\/\S+: .+\n$/m : output;
      expect({ name, code: result.code, text: result.stdout + result.stderr }).toEqual({
        name,
        code,
        text: expect.stringMatching(text),
      });
      expect(sync.tap.calls.map(kindOf)).toContain(kind);
      expect(await clientConfigs()).toEqual(before);
    }
    await expectInStep();
  });
});

it.each([
  ["POST events", /^$/],
  ["GET endpointslices", /^postern: the API servers cannot be listed, only the one that answers is checked.*\n$/],
])("postern sync completes a run in which %s fails", async (kind, output) => {
  const kinds = Object.values(FAULTS);
  let count = 0;
  const result = await sync.call(narrowConfig, (call) =>
    kindOf(call) === kind ? kinds[count++ % kinds.length] : undefined,
  );
  expect(result).toMatchObject({ code: 0, stderr: expect.stringMatching(output) });
  expect(count).toBeGreaterThan(0);
  await expectInStep();
});

it.each(Object.keys(FAULTS))("postern sync repeats a self-test that fails once with: %s", async (name) => {
  const result = await sync.call(narrowConfig, (call) =>
    kindOf(call) === POST_TEST && call.earlierCalls === 0 ? FAULTS[name] : undefined,
  );
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining("narrow  Mutating") });
});

it.each<[string, TapFault, number, RegExp]>([
  [
    "status 409",
    { kind: "answers", status: 409, body: status(409, "the object has been modified") },
    1,
    /changed-in-between/,
  ],
  [
    "status 500 after the write was done",
    { kind: "does-and-answers", status: 500, body: status(500, "timeout") },
    2,
    /500 timeout/,
  ],
  ["a reset after the write was done", { kind: "does-and-resets" }, 2, /socket hang up/],
  ["no answer", { kind: "never-answers" }, 2, /no answer within 15000 ms/],
])(
  "postern sync, when a write gets %s, leaves the complete old or new bundle, and the next run continues",
  async (_, fault, code, output) => {
    if (go === undefined) throw new Error("there is no go on PATH");
    const watch = await TrustWatch.start(bed.cluster, go);
    const result = await sync.call(narrowConfig, (call) => (kindOf(call) === PATCH_MUTATING ? fault : undefined));
    expect({ code: result.code, text: result.stdout + result.stderr }).toEqual({
      code,
      text: expect.stringMatching(output),
    });
    await expectInStep();
    await watch.stop();
    expect(watch.errors).toEqual([]);
  },
);

it("postern sync stops before its next write when another run acquires the Lease", async () => {
  const leaseMs = scaled(1_000);
  const timeouts = { lease: configDuration(leaseMs) };
  const config = await bed.writeConfig({ roots: [bed.cas.next], soak: "1ms", more: { timeouts } });
  let writes = Number.POSITIVE_INFINITY;
  const result = await sync.call(config, async (call) => {
    if (kindOf(call) !== "POST events" || call.earlierCalls > 0) return undefined;
    const renewTime = new Date().toISOString().replace("Z", "000Z");
    const spec = { holderIdentity: "another", leaseDurationSeconds: 600, renewTime };
    expect((await bed.cluster.api.merge(LEASE, { spec })).status).toBe(200);
    writes = sync.tap.calls.filter(({ method }) => method === "PATCH").length;
    // The run reads the Lease again after a third of its duration.
    const end = Date.now() + leaseMs / 3;
    await eventually("a third of the Lease duration to pass", () => (Date.now() > end ? true : undefined));
    return undefined;
  });
  expect(result).toMatchObject({
    code: 1,
    stderr: "postern: another run has the Lease postern-sync: another\n",
  });
  expect(sync.tap.calls.filter(({ method }) => method === "PATCH").length).toBe(writes);
  expect((await bed.live(LEASE)).spec.holderIdentity).toBe("another");
  await expectInStep();
});

it("postern sync exits with 2 when the API server stops during a run, and the next run is in step", async () => {
  const server = bed.cluster.service("kube-apiserver");
  const end: TapPlan = async (call) => {
    if (kindOf(call) === PATCH_MUTATING) await server.stop("SIGKILL");
    return undefined;
  };
  const result: SyncResult = await sync.call(narrowConfig, end);
  await bed.cluster.restartApiServer();
  expect(result).toMatchObject({ code: 2, stderr: expect.stringMatching(/^postern: https:\/\/\S+: /) });
  for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([2]);
  await expectInStep();
});
