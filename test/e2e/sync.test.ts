import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { KubernetesClient } from "../../src/kubernetes/KubernetesClient.ts";
import { APPLY } from "../cluster/ClusterApi.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import { AdmissionLoad } from "./AdmissionLoad.ts";
import { kindOfCall } from "./ApiTap.ts";
import gate from "./gates/sync.ts";
import { SwitchingEdge } from "./SwitchingEdge.ts";
import { bundleSizes, CANARY, LEASE, MUTATING, SyncBed, VALIDATING } from "./SyncBed.ts";
import { TappedSync } from "./TappedSync.ts";

const IN_STEP = "in step: nothing to write\n";
/** Creates that are to be judged, or to fail, after something has changed: more than are under way at one time. */
const SOME = 60;

let bed: SyncBed;
let sync: TappedSync;
let load: AdmissionLoad;

beforeAll(async () => {
  bed = await SyncBed.start();
  sync = await TappedSync.start(bed);
  load = await AdmissionLoad.prepare(bed.cluster.api);
});

afterAll(async () => {
  await sync?.stop();
  await bed?.stop();
});

/** Registrations and edge as at first: the old CA, and trust in it alone. */
beforeEach(async () => {
  await bed.edge.switchTo(bed.cas.old);
  await bed.register(bed.cas.old.root);
  await eventually("the gate to be called", async () => ((await load.create()) === "judged" ? true : undefined));
});

async function inStep(config: string): Promise<string> {
  const { code, stdout, stderr } = await bed.run(config);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("a CA switch", () => {
  it("under load fails no admission, over widen, switch, soak and narrow", async () => {
    const { old, next } = bed.cas;
    const { failures } = await load.during(async (admissions) => {
      expect(await inStep(await bed.config({ roots: [old, next] }))).toContain("widen  ValidatingWebhook");
      expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
      await bed.edge.switchTo(next);
      await admissions.judged(SOME);
      expect(await inStep(await bed.config({ roots: [next], soak: "1h" }))).toContain("roots that are unused go from");
      expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
      await admissions.judged(SOME);
      // What was remembered is due by now.
      const overSoak = await bed.config({ roots: [next], soak: "1ms" });
      expect(await inStep(overSoak)).toContain("narrow  ValidatingWebhook");
      await admissions.judged(SOME);
      expect(await inStep(overSoak)).toBe(IN_STEP);
    });
    expect(failures).toEqual([]);
    for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([1]);
  });

  it("leaves what postern render --diff finds the same", async () => {
    expect(await inStep(await bed.config({ roots: [bed.cas.old, bed.cas.next] }))).toContain("widen  Validating");
    expect(await bed.diff()).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("without the sync fails admissions", async () => {
    const { failures } = await load.during(async (admissions) => {
      await admissions.judged(1);
      await bed.edge.switchTo(bed.cas.next);
      await admissions.failed(10);
    });
    expect(failures.join("\n")).toMatch(/failed calling webhook .*x509: certificate signed by unknown authority/);
  });
});

describe("a change of URL", () => {
  it.each([
    { what: "with the same CA", at: "old" as const },
    { what: "with another CA at the same time", at: "next" as const },
  ])("$what, under load, fails no admission", async ({ at }) => {
    const ca = bed.cas[at];
    const elsewhere = await SwitchingEdge.start(gate, bed.signingKey, ca);
    try {
      const config = await bed.config({ roots: [ca], url: elsewhere.url });
      const { failures } = await load.during(async (admissions) => {
        expect(await inStep(config)).toContain(`the gate is to be called at ${elsewhere.url}`);
        await admissions.judged(SOME);
      });
      expect(failures).toEqual([]);
      for (const path of [VALIDATING, MUTATING])
        expect((await bed.live(path)).webhooks[0].clientConfig.url).toMatch(`${elsewhere.url}/c/e2e/`);
    } finally {
      await bed.register(bed.cas.old.root);
      await elsewhere.stop();
    }
  });
});

it("a run that has nothing to do writes nothing", async () => {
  const config = await bed.config({ roots: [bed.cas.old] });
  expect(await inStep(config)).toBe(IN_STEP);
  // The audit log leaves out Leases and Events.
  const others = async (): Promise<unknown> => {
    const lease = await bed.live(LEASE);
    const events = await bed.live("/apis/events.k8s.io/v1/namespaces/default/events");
    return [lease.metadata?.resourceVersion, events.items.length];
  };
  const before = [(await bed.cluster.auditEvents()).length, await others()];
  expect(await inStep(config)).toBe(IN_STEP);
  expect([(await bed.cluster.auditEvents()).length, await others()]).toEqual(before);
});

it("--dry-run says what would be written, writes nothing, and exits with 1", async () => {
  const config = await bed.config({ roots: [bed.cas.old, bed.cas.next] });
  const before = (await bed.cluster.auditEvents()).length;
  const { code, stdout } = await bed.run(config, ["--dry-run"]);
  expect(code).toBe(1);
  expect(stdout).toContain("would widen  ValidatingWebhookConfiguration/postern: roots are missing: next CA\n");
  expect((await bed.cluster.auditEvents()).length).toBe(before);
});

describe("killed at", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("write %i, the next run ends in step, and no admission fails", async (count) => {
    const { old, next } = bed.cas;
    const elsewhere = await SwitchingEdge.start(gate, bed.signingKey, next);
    try {
      const config = await bed.config({ roots: [old, next], url: elsewhere.url });
      const { failures } = await load.during(async () => {
        let writes = 0;
        const killed = await sync.run(config, ({ method, path }) => {
          if (method !== "PATCH" || !kindOfCall(method, path).includes("webhookconfigurations/")) return undefined;
          writes += 1;
          // Now before the API server hears of it, and now after.
          return writes === count ? { kind: count % 2 === 0 ? "kills-before" : "kills-after" } : undefined;
        });
        expect(killed.code, killed.stdout).toBeNull();
        await bed.leaseOver();
        await inStep(config);
      });
      expect(failures).toEqual([]);
      expect(await inStep(config)).toBe(IN_STEP);
      for (const path of [VALIDATING, MUTATING, CANARY]) {
        const live = await bed.live(path);
        expect(bundleSizes(live)).toEqual([2]);
        expect(live.metadata.annotations["postern.dev/sync-snapshot"]).toBeUndefined();
      }
    } finally {
      await bed.register(old.root);
      await elsewhere.stop();
    }
  });
});

it("who renders may change and take away entries that were handed over, and not what the sync wrote", async () => {
  const config = await bed.config({ roots: [bed.cas.old, bed.cas.next] });
  await inStep(config);
  const { webhooks, metadata } = await bed.live(VALIDATING);
  const apply = async (name: string, more: object): Promise<unknown> => {
    const [{ clientConfig, ...webhook }] = webhooks;
    const body = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "postern", labels: metadata.labels, annotations: { "postern.dev/sync": "true" } },
      webhooks: [{ ...webhook, name, clientConfig: { url: clientConfig.url, ...more } }],
    };
    // The field manager that `kubectl apply` is told of in the README.
    const query = { fieldManager: "postern", force: "false" };
    return (await bed.cluster.api.call("PATCH", VALIDATING, { body, query, contentType: APPLY })).status;
  };
  expect(await apply(webhooks[0].name, { caBundle: Buffer.from("x").toString("base64") })).toBe(409);
  expect(await apply("renamed.validate.postern.postern.dev", {})).toBe(200);
  expect((await bed.live(VALIDATING)).webhooks).toMatchObject([{ name: "renamed.validate.postern.postern.dev" }]);
  expect(await inStep(config)).toContain("widen  ValidatingWebhookConfiguration/postern");
});

it("an API server can be asked by its address, and by the name that all of them have", async () => {
  const client = await KubernetesClient.create({ kubeconfig: bed.cluster.kubeconfig });
  const port = Number(new URL(bed.cluster.place.server).port);
  const answer = await client.at("127.0.0.1", port, patience(5_000)).ask({ method: "GET", path: "/version" });
  expect(answer).toMatchObject({ status: 200, body: { major: "1" } });
});

it("API servers that cannot be addressed are said, and the one way that there is stands for them", async () => {
  const slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
  const { status, body } = await bed.cluster.api.create(slices, {
    metadata: { name: "kubernetes", labels: { "kubernetes.io/service-name": "kubernetes" } },
    addressType: "IPv4",
    // For documentation (RFC 5737): nobody answers.
    endpoints: [{ addresses: ["192.0.2.1"] }, { addresses: ["192.0.2.2"] }],
    ports: [{ name: "https", port: 6443, protocol: "TCP" }],
  });
  expect(status, body.message).toBe(201);
  try {
    const { code, stderr } = await bed.run(await bed.config({ roots: [bed.cas.old, bed.cas.next] }));
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "postern: the 2 API servers are behind one address: whichever answers speaks for all\n",
    });
    expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
  } finally {
    await bed.cluster.api.delete(`${slices}/kubernetes`);
  }
});
