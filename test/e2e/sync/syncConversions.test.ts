import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { patience, scaledRate } from "../../run/speedFactor.ts";
import { edgeCa, SwitchingEdge } from "../edges/SwitchingEdge.ts";
import gate from "../gates/syncConversions.ts";
import { type LoadInProgress, steadyLoad } from "../load/steadyLoad.ts";
import { renderGate } from "../registration/renderGate.ts";
import { bundleSizes, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { configDuration } from "./bed/syncConfigFiles.ts";

const GATE = new URL("../gates/syncConversions.ts", import.meta.url).pathname;
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const GATEWAYS = `${CRDS}/gateways.example.com`;
const CANARY_CRD = `${CRDS}/selftests.postern.selftest.postern.dev`;
const ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/postern-sync";
const CONVERTED = "converted";
const IN_STEP = "in step: nothing to write\n";
/** On the reference machine. */
const CONVERSIONS_PER_SECOND = 25;
/** Number of conversions to wait for after a change. It is greater than the number of concurrent conversions. */
const CALLS_AFTER_CHANGE = 30;

let bed: SyncBed;
let edge: SwitchingEdge;
let objects: readonly KubeObject[];
let role: KubeObject;

beforeAll(async () => {
  bed = await SyncBed.start();
  edge = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.old);
  objects = await renderGate({ gate: GATE, url: edge.url, ca: bed.cas.old.root, sync: true });
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const { status, body } = await bed.cluster.api.create(CRDS, {
    metadata: { name: "gateways.example.com" },
    spec: {
      group: "example.com",
      names: { plural: "gateways", kind: "Gateway", listKind: "GatewayList", singular: "gateway" },
      scope: "Namespaced",
      versions: ["v1", "v2"].map((name) => ({ name, served: true, storage: name === "v1", schema })),
    },
  });
  expect(status, body.message).toBe(201);
  // The right that an overlay grants for the definitions of its gate.
  role = await bed.live(ROLE);
  const rule = { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"] };
  const names = { resourceNames: ["gateways.example.com"], verbs: ["patch"] };
  await bed.cluster.api.merge(ROLE, { rules: [...role.rules, { ...rule, ...names }] });
});

afterAll(async () => {
  await edge?.stop();
  await bed?.stop();
});

/** Resets the edge to the old CA and the registrations to trust in only that CA. */
beforeEach(async () => {
  await edge.switchTo(bed.cas.old);
  await bed.cluster.api.merge(GATEWAYS, { metadata: { annotations: null } });
  await bed.replaceRegistrations(objects);
  await eventually("the gate to convert", async () => ((await create()) === CONVERTED ? true : undefined));
  await eventually("the canary to be served", async () => ((await selfTest()).status === 500 ? true : undefined));
});

/** Creates a Gateway by dry run, in a version other than the storage version. Resolves to the result. */
async function create(): Promise<string> {
  const body = { apiVersion: "example.com/v2", kind: "Gateway", metadata: { generateName: "load-" } };
  const path = "/apis/example.com/v2/namespaces/default/gateways";
  const answer = await bed.cluster.api.create(path, body, { query: { dryRun: "All" } });
  return answer.status === 201 ? CONVERTED : `${answer.status} ${answer.body.message}`;
}

const selfTest = () => {
  const apiVersion = "postern.selftest.postern.dev/v2";
  const path = `/apis/${apiVersion}/namespaces/postern-selftest/selftests`;
  const body = { apiVersion, kind: "SelfTest", metadata: { name: "postern" } };
  return bed.cluster.api.create(path, body, { query: { dryRun: "All" } });
};

/** Makes conversions at a steady rate while `action` runs. Resolves to the failed results. */
async function failuresDuring(action: (load: LoadInProgress) => Promise<void>): Promise<string[]> {
  const outcomes = await steadyLoad(create, scaledRate(CONVERSIONS_PER_SECOND), action);
  return outcomes.map(({ result }) => result).filter((result) => result !== CONVERTED);
}

async function runInStep(config: string): Promise<string> {
  const { code, stdout, stderr } = await bed.run(config);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  return stdout;
}

const conversionOf = async (path: string): Promise<KubeObject> => (await bed.live(path)).spec.conversion.webhook;

describe("postern sync during a change of the CA", () => {
  it("fails no conversion and tries each step on the canary for conversions first", async () => {
    const { old, next } = bed.cas;
    const failures = await failuresDuring(async (load) => {
      const output = await runInStep(await bed.writeConfig({ roots: [old, next] }));
      expect(output).toMatch(/try-canary {2}.*CustomResourceDefinition.*\n(?:.*\n)*widen {2}CustomResourceDefinition/);
      await edge.switchTo(next);
      await load.ended(CALLS_AFTER_CHANGE);
      expect(await runInStep(await bed.writeConfig({ roots: [next], soak: "1h" }))).toContain(
        "unused roots are removed from",
      );
      await load.ended(CALLS_AFTER_CHANGE);
      // The soak of the unused root has ended.
      const overSoak = await bed.writeConfig({ roots: [next], soak: "1ms" });
      expect(await runInStep(overSoak)).toContain("narrow  CustomResourceDefinition/gateways.example.com");
      await load.ended(CALLS_AFTER_CHANGE);
      expect(await runInStep(overSoak)).toBe(IN_STEP);
    });
    expect(failures).toEqual([]);
    for (const path of [GATEWAYS, CANARY_CRD]) {
      const webhook = await conversionOf(path);
      expect(bundleSizes({ webhooks: [webhook] })).toEqual([1]);
      // The canary is as rendered, without data of a run.
      expect(webhook).toMatchObject({ clientConfig: { url: `${edge.url}/c/e2e/convert` } });
    }
  });

  it("prevents failures: without it, conversions fail", async () => {
    // A new CA: the API server may use a bundle of an earlier test for a while.
    const another = await edgeCa("another CA");
    const failures = await failuresDuring(async (load) => {
      await edge.switchTo(another);
      // Each existing connection of the API server would carry one more conversion.
      edge.dropConnections();
      // The API server uses the previous version of a definition for a while.
      await load.ended(10, (result) => /conversion webhook for example\.com\/v2.*x509/.test(result));
    });
    expect(failures.length).toBeGreaterThanOrEqual(10);
  });
});

it("postern sync fails no conversion when the URL changes", async () => {
  const otherEdge = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next);
  try {
    const config = await bed.writeConfig({ roots: [bed.cas.next], url: otherEdge.url });
    const failures = await failuresDuring(async (load) => {
      await runInStep(config);
      await load.ended(CALLS_AFTER_CHANGE);
    });
    expect(failures).toEqual([]);
    expect(await conversionOf(GATEWAYS)).toMatchObject({ clientConfig: { url: `${otherEdge.url}/c/e2e/convert` } });
  } finally {
    await otherEdge.stop();
  }
});

it("postern sync writes a URL that answers only webhooks to no definition", async () => {
  // Such as an older gate that does not know the path of conversions.
  const { createServer } = await import("node:https");
  const { cert, key } = await bed.cas.old.issuing.issue({ name: "edge", hosts: ["127.0.0.1"] });
  const { createGate } = await import("../../../src/gate/createGate.ts");
  const { getRequestListener } = await import("@hono/node-server");
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const app = createGate(gate, { now: Date.now, log, signingKey: bed.signingKey });
  const server = createServer(
    { cert, key },
    getRequestListener((request) =>
      new URL(request.url).pathname.includes("/convert") ? new Response("", { status: 404 }) : app.fetch(request),
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const address = server.address();
    const url = `https://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const config = await bed.writeConfig({
      roots: [bed.cas.old],
      url,
      more: { timeouts: { canary: configDuration(patience(2_000)) } },
    });
    const { code, stdout } = await bed.run(config);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(/canary-(?:failed|unknown) {2}CustomResourceDefinition\/gateways\.example\.com: /),
    });
    expect(await conversionOf(GATEWAYS)).toMatchObject({ clientConfig: { url: `${edge.url}/c/e2e/convert` } });
    expect(await conversionOf(CANARY_CRD)).toMatchObject({ clientConfig: { url: `${edge.url}/c/e2e/convert` } });
    expect((await bed.live(VALIDATING)).webhooks[0].clientConfig.url).toContain(url);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

it("postern sync updates webhooks but no definition when the canary for conversions is not handed over", async () => {
  await bed.cluster.api.merge(CANARY_CRD, { metadata: { annotations: { "postern.dev/sync": null } } });
  const { code, stdout } = await bed.run(await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next] }));
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringContaining(
      "no-canary  CustomResourceDefinition/gateways.example.com: is not written: selftests.",
    ),
  });
  expect(bundleSizes({ webhooks: [await conversionOf(GATEWAYS)] })).toEqual([1]);
  expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
});
