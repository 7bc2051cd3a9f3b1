import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { eventually } from "../run/eventually.ts";
import { patience, scaled } from "../run/speedFactor.ts";
import { GoVerifier } from "../trust/GoVerifier.ts";
import { kindOfCall, type TapFault, type TapPlan } from "./ApiTap.ts";
import { bundleSizes, inConfig, LEASE, MUTATING, SyncBed, type SyncResult, VALIDATING } from "./SyncBed.ts";
import { TappedSync } from "./TappedSync.ts";
import { TrustWatch } from "./TrustWatch.ts";

const go = await GoVerifier.shared();
const PATCH_CANARY = "PATCH validatingwebhookconfigurations/postern.canary";
const PATCH_MUTATING = "PATCH mutatingwebhookconfigurations/postern";
const POST_TEST = "POST postern-selftest/configmaps";

let bed: SyncBed;
let sync: TappedSync;
let objects: readonly KubeObject[];
let soak: string;
let narrow: string;

beforeAll(async () => {
  bed = await SyncBed.start();
  sync = await TappedSync.start(bed);
  await bed.edge.switchTo(bed.cas.next);
  objects = await bed.rendered(`${bed.cas.old.root}${bed.cas.next.root}`);
  const timeouts = { lease: inConfig(patience(60_000)), canary: inConfig(patience(1_000)) };
  soak = await bed.config({ roots: [bed.cas.next], soak: "1h", more: { timeouts } });
  narrow = await bed.config({ roots: [bed.cas.next], soak: "1ms", more: { timeouts } });
});

afterAll(async () => {
  await sync?.stop();
  await bed?.stop();
  go?.remove();
});

/** Two roots, of which one has been unused for long enough: the next run is to take it away. */
beforeEach(async () => {
  await bed.registerAnew(objects);
  await sync.forgetLease();
  expect((await sync.call(soak)).code).toBe(0);
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

/** A run without faults is in step, and has taken away the root. */
async function getsInStep(): Promise<void> {
  await sync.forgetLease();
  expect(await sync.call(narrow)).toMatchObject({ code: 0, stderr: "" });
  for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([1]);
}

const status = (code: number, message: string): string =>
  JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code, message });
const FAULTS: Readonly<Record<string, TapFault>> = {
  "429": { kind: "answers", status: 429, headers: { "retry-after": "1" }, body: status(429, "too many requests") },
  "500": { kind: "answers", status: 500, body: status(500, "etcdserver: request timed out") },
  "no connection": { kind: "resets" },
  garbage: { kind: "answers", status: 200, body: "<html>a login page</html>" },
};

describe.each([
  { kind: "GET validatingwebhookconfigurations", code: 2, said: /ValidatingWebhookConfigurations cannot be listed/ },
  { kind: "GET mutatingwebhookconfigurations", code: 2, said: /MutatingWebhookConfigurations cannot be listed/ },
  { kind: "GET customresourcedefinitions", code: 2, said: /CustomResourceDefinitions cannot be listed/ },
  { kind: "GET leases/postern-sync", code: 2, said: /the Lease postern-sync cannot be read/ },
  { kind: "POST leases", code: 2, said: /the Lease postern-sync cannot be taken/ },
  { kind: "PUT leases/postern-sync", code: 2, said: /the Lease postern-sync cannot be taken/ },
  { kind: PATCH_CANARY, code: 2, said: /postern\.canary cannot be written/ },
  { kind: POST_TEST, code: 1, said: /canary-unknown {2}/ },
  { kind: PATCH_MUTATING, code: 2, said: /MutatingWebhookConfiguration\/postern cannot be written/ },
])("$kind, refused or lost:", ({ kind, code, said }) => {
  it("the run ends, takes nothing away, and the next one gets in step", async () => {
    const before = await clientConfigs();
    if (kind === "POST leases") await sync.forgetLease();
    for (const [name, fault] of Object.entries(FAULTS)) {
      const result = await sync.call(narrow, (call) => (kindOf(call) === kind ? fault : undefined));
      const text = name === "no connection" && code === 2 ? /^postern: https:\/\/\S+: .+\n$/m : said;
      expect({ name, code: result.code, text: result.stdout + result.stderr }).toEqual({
        name,
        code,
        text: expect.stringMatching(text),
      });
      expect(sync.tap.calls.map(kindOf)).toContain(kind);
      expect(await clientConfigs()).toEqual(before);
    }
    await getsInStep();
  });
});

it.each([
  ["POST events", /^$/],
  ["GET endpointslices", /^postern: the API servers cannot be listed: whichever answers speaks for all.*\n$/],
])("%s, refused or lost, keeps no run from its work", async (kind, said) => {
  const kinds = Object.values(FAULTS);
  let count = 0;
  const result = await sync.call(narrow, (call) => (kindOf(call) === kind ? kinds[count++ % kinds.length] : undefined));
  expect(result).toMatchObject({ code: 0, stderr: expect.stringMatching(said) });
  expect(count).toBeGreaterThan(0);
  await getsInStep();
});

it.each(Object.keys(FAULTS))("a self-test that meets %s once is sent again", async (name) => {
  const result = await sync.call(narrow, (call) =>
    kindOf(call) === POST_TEST && call.before === 0 ? FAULTS[name] : undefined,
  );
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining("narrow  Mutating") });
});

it.each<[string, TapFault, number, RegExp]>([
  ["409", { kind: "answers", status: 409, body: status(409, "the object has been modified") }, 1, /changed-in-between/],
  [
    "500, though it was done",
    { kind: "does-and-answers", status: 500, body: status(500, "timeout") },
    2,
    /500 timeout/,
  ],
  ["no connection, though it was done", { kind: "does-and-resets" }, 2, /socket hang up/],
  ["no answer at all", { kind: "never-answers" }, 2, /no answer within 15000 ms/],
])(
  "a write that meets %s leaves one whole bundle or the other, and the next run goes on",
  async (_, fault, code, said) => {
    if (go === undefined) throw new Error("there is no go on PATH");
    const watch = await TrustWatch.start(bed.cluster, go);
    const result = await sync.call(narrow, (call) => (kindOf(call) === PATCH_MUTATING ? fault : undefined));
    expect({ code: result.code, text: result.stdout + result.stderr }).toEqual({
      code,
      text: expect.stringMatching(said),
    });
    await getsInStep();
    await watch.stop();
    expect(watch.refusals).toEqual([]);
  },
);

it("a Lease that another run takes midway ends the run before its next write", async () => {
  const lease = scaled(1_000);
  const timeouts = { lease: inConfig(lease) };
  const config = await bed.config({ roots: [bed.cas.next], soak: "1ms", more: { timeouts } });
  let writes = Number.POSITIVE_INFINITY;
  const result = await sync.call(config, async (call) => {
    if (kindOf(call) !== "POST events" || call.before > 0) return undefined;
    const renewTime = new Date().toISOString().replace("Z", "000Z");
    const spec = { holderIdentity: "another", leaseDurationSeconds: 600, renewTime };
    expect((await bed.cluster.api.merge(LEASE, { spec })).status).toBe(200);
    writes = sync.tap.calls.filter(({ method }) => method === "PATCH").length;
    // A third of the Lease's time, after which it is looked at again.
    const end = Date.now() + lease / 3;
    await eventually("a third of the Lease's time", () => (Date.now() > end ? true : undefined));
    return undefined;
  });
  expect(result).toMatchObject({ code: 1, stderr: "postern: another run has the Lease postern-sync: another\n" });
  expect(sync.tap.calls.filter(({ method }) => method === "PATCH").length).toBe(writes);
  expect((await bed.live(LEASE)).spec.holderIdentity).toBe("another");
  await getsInStep();
});

it("an API server that ends midway, and comes back", async () => {
  const server = bed.cluster.service("kube-apiserver");
  const end: TapPlan = async (call) => {
    if (kindOf(call) === PATCH_MUTATING) await server.stop("SIGKILL");
    return undefined;
  };
  const result: SyncResult = await sync.call(narrow, end);
  await bed.cluster.restartApiServer();
  expect(result).toMatchObject({ code: 2, stderr: expect.stringMatching(/^postern: https:\/\/\S+: /) });
  for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([2]);
  await getsInStep();
});
