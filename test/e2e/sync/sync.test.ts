import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { KubernetesClient } from "../../../src/kubernetes/KubernetesClient.ts";
import { APPLY } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { kindOfCall } from "../api/ApiTap.ts";
import { SwitchingEdge } from "../edges/SwitchingEdge.ts";
import gate from "../gates/sync.ts";
import { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { bundleSizes, CANARY, LEASE, MUTATING, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { TappedSync } from "./bed/TappedSync.ts";

const IN_STEP = "in step: nothing to write\n";
/** Number of creates to wait for after a change. It is greater than the number of concurrent creates. */
const CALLS_AFTER_CHANGE = 60;

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

/** Resets the edge to the old CA and the registrations to trust in only that CA. */
beforeEach(async () => {
  await bed.edge.switchTo(bed.cas.old);
  await bed.register(bed.cas.old.root);
  await eventually("the gate to be called", async () => ((await load.create()) === "judged" ? true : undefined));
});

async function runInStep(config: string): Promise<string> {
  const { code, stdout, stderr } = await bed.run(config);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("postern sync during a change of the CA", () => {
  it("fails no admission under load while it widens, soaks and narrows", async () => {
    const { old, next } = bed.cas;
    const { failures } = await load.during(async (admissions) => {
      expect(await runInStep(await bed.writeConfig({ roots: [old, next] }))).toContain("widen  ValidatingWebhook");
      expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
      await bed.edge.switchTo(next);
      await admissions.judged(CALLS_AFTER_CHANGE);
      expect(await runInStep(await bed.writeConfig({ roots: [next], soak: "1h" }))).toContain(
        "unused roots are removed from",
      );
      expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
      await admissions.judged(CALLS_AFTER_CHANGE);
      // The soak of the unused root has ended.
      const overSoak = await bed.writeConfig({ roots: [next], soak: "1ms" });
      expect(await runInStep(overSoak)).toContain("narrow  ValidatingWebhook");
      await admissions.judged(CALLS_AFTER_CHANGE);
      expect(await runInStep(overSoak)).toBe(IN_STEP);
    });
    expect(failures).toEqual([]);
    for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([1]);
  });

  it("leaves registrations without a difference for postern render --diff", async () => {
    expect(await runInStep(await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next] }))).toContain(
      "widen  Validating",
    );
    expect(await bed.diff()).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("prevents failures: without it, admissions fail", async () => {
    const { failures } = await load.during(async (admissions) => {
      await admissions.judged(1);
      await bed.edge.switchTo(bed.cas.next);
      await admissions.failed(10);
    });
    expect(failures.join("\n")).toMatch(/failed calling webhook .*x509: certificate signed by unknown authority/);
  });
});

describe("postern sync during a change of the URL", () => {
  it.each([
    { what: "with the same CA", at: "old" as const },
    { what: "with another CA", at: "next" as const },
  ])("fails no admission under load when the new URL is served $what", async ({ at }) => {
    const ca = bed.cas[at];
    const otherEdge = await SwitchingEdge.start(gate, bed.signingKey, ca);
    try {
      const config = await bed.writeConfig({ roots: [ca], url: otherEdge.url });
      const { failures } = await load.during(async (admissions) => {
        expect(await runInStep(config)).toContain(`the URL of the gate changes to ${otherEdge.url}`);
        await admissions.judged(CALLS_AFTER_CHANGE);
      });
      expect(failures).toEqual([]);
      for (const path of [VALIDATING, MUTATING])
        expect((await bed.live(path)).webhooks[0].clientConfig.url).toMatch(`${otherEdge.url}/c/e2e/`);
    } finally {
      await bed.register(bed.cas.old.root);
      await otherEdge.stop();
    }
  });
});

it("postern sync writes nothing when the registrations are in step", async () => {
  const config = await bed.writeConfig({ roots: [bed.cas.old] });
  expect(await runInStep(config)).toBe(IN_STEP);
  // The audit log does not contain Leases and Events.
  const others = async (): Promise<unknown> => {
    const lease = await bed.live(LEASE);
    const events = await bed.live("/apis/events.k8s.io/v1/namespaces/default/events");
    return [lease.metadata?.resourceVersion, events.items.length];
  };
  const before = [(await bed.cluster.auditEvents()).length, await others()];
  expect(await runInStep(config)).toBe(IN_STEP);
  expect([(await bed.cluster.auditEvents()).length, await others()]).toEqual(before);
});

it("postern sync --dry-run prints the steps, writes nothing and exits with 1", async () => {
  const config = await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next] });
  const before = (await bed.cluster.auditEvents()).length;
  const { code, stdout } = await bed.run(config, ["--dry-run"]);
  expect(code).toBe(1);
  expect(stdout).toContain("would widen  ValidatingWebhookConfiguration/postern: roots are missing: next CA\n");
  expect((await bed.cluster.auditEvents()).length).toBe(before);
});

describe("postern sync after a run that was killed", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("at write %i ends in step, and no admission fails", async (count) => {
    const { old, next } = bed.cas;
    const otherEdge = await SwitchingEdge.start(gate, bed.signingKey, next);
    try {
      const config = await bed.writeConfig({ roots: [old, next], url: otherEdge.url });
      const { failures } = await load.during(async () => {
        let writes = 0;
        const killed = await sync.run(config, ({ method, path }) => {
          if (method !== "PATCH" || !kindOfCall(method, path).includes("webhookconfigurations/")) return undefined;
          writes += 1;
          // Alternately before the API server receives the write and after it has answered.
          return writes === count ? { kind: count % 2 === 0 ? "kills-before" : "kills-after" } : undefined;
        });
        expect(killed.code, killed.stdout).toBeNull();
        await bed.leaseExpired();
        await runInStep(config);
      });
      expect(failures).toEqual([]);
      expect(await runInStep(config)).toBe(IN_STEP);
      for (const path of [VALIDATING, MUTATING, CANARY]) {
        const live = await bed.live(path);
        expect(bundleSizes(live)).toEqual([2]);
        expect(live.metadata.annotations["postern.dev/sync-snapshot"]).toBeUndefined();
      }
    } finally {
      await bed.register(old.root);
      await otherEdge.stop();
    }
  });
});

it("postern render --sync may change and remove handed-over webhooks, and conflicts with the fields that the sync wrote", async () => {
  const config = await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next] });
  await runInStep(config);
  const { webhooks, metadata } = await bed.live(VALIDATING);
  const apply = async (name: string, more: object): Promise<unknown> => {
    const [{ clientConfig, ...webhook }] = webhooks;
    const body = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "postern", labels: metadata.labels, annotations: { "postern.dev/sync": "true" } },
      webhooks: [{ ...webhook, name, clientConfig: { url: clientConfig.url, ...more } }],
    };
    // The field manager for `kubectl apply` in the README.
    const query = { fieldManager: "postern", force: "false" };
    return (await bed.cluster.api.call("PATCH", VALIDATING, { body, query, contentType: APPLY })).status;
  };
  expect(await apply(webhooks[0].name, { caBundle: Buffer.from("x").toString("base64") })).toBe(409);
  expect(await apply("renamed.validate.postern.postern.dev", {})).toBe(200);
  expect((await bed.live(VALIDATING)).webhooks).toMatchObject([{ name: "renamed.validate.postern.postern.dev" }]);
  // A tool that replaces all webhooks leaves no bundle, as somebody would who empties it: the run mends it and says so.
  const { code, stdout } = await bed.run(config);
  expect(code).toBe(1);
  expect(stdout).toContain("widen  ValidatingWebhookConfiguration/postern");
  expect(stdout).toContain("foreign-values  ValidatingWebhookConfiguration/postern");
  await runInStep(config);
});

it("KubernetesClient.at calls an API server at its address and verifies the common host name", async () => {
  const client = await KubernetesClient.create({ kubeconfig: bed.cluster.kubeconfig });
  const port = Number(new URL(bed.cluster.place.server).port);
  const answer = await client.at("127.0.0.1", port, patience(5_000)).ask({ method: "GET", path: "/version" });
  expect(answer).toMatchObject({ status: 200, body: { major: "1" } });
});

it("postern sync warns when it cannot reach each API server separately, and checks the one that answers", async () => {
  const slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
  const { status, body } = await bed.cluster.api.create(slices, {
    metadata: { name: "kubernetes", labels: { "kubernetes.io/service-name": "kubernetes" } },
    addressType: "IPv4",
    // Addresses for documentation (RFC 5737), which nothing answers.
    endpoints: [{ addresses: ["192.0.2.1"] }, { addresses: ["192.0.2.2"] }],
    ports: [{ name: "https", port: 6443, protocol: "TCP" }],
  });
  expect(status, body.message).toBe(201);
  try {
    const { code, stderr } = await bed.run(await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next] }));
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "postern: the 2 API servers are behind one address, only the one that answers is checked\n",
    });
    expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
  } finally {
    await bed.cluster.api.delete(`${slices}/kubernetes`);
  }
});
