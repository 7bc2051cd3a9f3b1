import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { eventually } from "../run/eventually.ts";
import { patience, scaledRate } from "../run/speedFactor.ts";
import gate from "./gates/syncConversions.ts";
import { renderGate } from "./renderGate.ts";
import { edgeCa, SwitchingEdge } from "./SwitchingEdge.ts";
import { bundleSizes, inConfig, SyncBed, VALIDATING } from "./SyncBed.ts";
import { type LoadInProgress, steadyLoad } from "./steadyLoad.ts";

const GATE = new URL("gates/syncConversions.ts", import.meta.url).pathname;
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const GATEWAYS = `${CRDS}/gateways.example.com`;
const CANARY_CRD = `${CRDS}/selftests.postern.selftest.postern.dev`;
const ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/postern-sync";
const CONVERTED = "converted";
const IN_STEP = "in step: nothing to write\n";
/** Conversions a second while something is switched, on the reference machine. */
const RATE = 25;
/** Conversions that are to end after something has changed: more than are under way at one time. */
const SOME = 30;

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
  // As an overlay names the definitions of its gate.
  role = await bed.live(ROLE);
  const rule = { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"] };
  const names = { resourceNames: ["gateways.example.com"], verbs: ["patch"] };
  await bed.cluster.api.merge(ROLE, { rules: [...role.rules, { ...rule, ...names }] });
});

afterAll(async () => {
  await edge?.stop();
  await bed?.stop();
});

/** Registrations and edge as at first: the old CA, and trust in it alone. */
beforeEach(async () => {
  await edge.switchTo(bed.cas.old);
  await bed.cluster.api.merge(GATEWAYS, { metadata: { annotations: null } });
  await bed.registerAnew(objects);
  await eventually("the gate to convert", async () => ((await create()) === CONVERTED ? true : undefined));
  await eventually("the canary to be served", async () => ((await selfTest()).status === 500 ? true : undefined));
});

/** Creates a Gateway by dry run, in the version that is not stored. */
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

/** Conversions at a steady rate while something happens: what they met that was no success. */
async function failuresDuring(happen: (load: LoadInProgress) => Promise<void>): Promise<string[]> {
  const outcomes = await steadyLoad(create, scaledRate(RATE), happen);
  return outcomes.map(({ result }) => result).filter((result) => result !== CONVERTED);
}

async function inStep(config: string): Promise<string> {
  const { code, stdout, stderr } = await bed.run(config);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  return stdout;
}

const conversionOf = async (path: string): Promise<KubeObject> => (await bed.live(path)).spec.conversion.webhook;

describe("a change of CA", () => {
  it("fails no conversion, and each step of it was carried by the canary for conversions", async () => {
    const { old, next } = bed.cas;
    const failures = await failuresDuring(async (load) => {
      const said = await inStep(await bed.config({ roots: [old, next] }));
      expect(said).toMatch(/try-canary {2}.*CustomResourceDefinition.*\n(?:.*\n)*widen {2}CustomResourceDefinition/);
      await edge.switchTo(next);
      await load.ended(SOME);
      expect(await inStep(await bed.config({ roots: [next], soak: "1h" }))).toContain("roots that are unused go from");
      await load.ended(SOME);
      // What was remembered is due by now.
      const overSoak = await bed.config({ roots: [next], soak: "1ms" });
      expect(await inStep(overSoak)).toContain("narrow  CustomResourceDefinition/gateways.example.com");
      await load.ended(SOME);
      expect(await inStep(overSoak)).toBe(IN_STEP);
    });
    expect(failures).toEqual([]);
    for (const path of [GATEWAYS, CANARY_CRD]) {
      const webhook = await conversionOf(path);
      expect(bundleSizes({ webhooks: [webhook] })).toEqual([1]);
      // As it was rendered, with nothing of a run's own left.
      expect(webhook).toMatchObject({ clientConfig: { url: `${edge.url}/c/e2e/convert` } });
    }
  });

  it("without the sync fails conversions", async () => {
    // One that no bundle of the tests before it has: the API server may go by one of those for a while.
    const another = await edgeCa("another CA");
    const failures = await failuresDuring(async (load) => {
      await edge.switchTo(another);
      // Each connection that the API server has from before carries one conversion more; how many it has, its load says.
      edge.dropConnections();
      // The API server takes a definition up when it gets to it, and converts by the one before until then.
      await load.ended(10, (result) => /conversion webhook for example\.com\/v2.*x509/.test(result));
    });
    expect(failures.length).toBeGreaterThanOrEqual(10);
  });
});

it("a change of URL fails no conversion", async () => {
  const elsewhere = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next);
  try {
    const config = await bed.config({ roots: [bed.cas.next], url: elsewhere.url });
    const failures = await failuresDuring(async (load) => {
      await inStep(config);
      await load.ended(SOME);
    });
    expect(failures).toEqual([]);
    expect(await conversionOf(GATEWAYS)).toMatchObject({ clientConfig: { url: `${elsewhere.url}/c/e2e/convert` } });
  } finally {
    await elsewhere.stop();
  }
});

it("a URL at which webhooks are answered, and conversions are not, is written to no definition", async () => {
  // A gate of before this canary, say: it knows neither the path nor the kind.
  const { createServer } = await import("node:https");
  const { cert, key } = await bed.cas.old.issuing.issue({ name: "edge", hosts: ["127.0.0.1"] });
  const { createGate } = await import("../../src/gate/createGate.ts");
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
    const config = await bed.config({
      roots: [bed.cas.old],
      url,
      more: { timeouts: { canary: inConfig(patience(2_000)) } },
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

it("a definition whose canary was not handed over is left as it is, and webhooks are not", async () => {
  await bed.cluster.api.merge(CANARY_CRD, { metadata: { annotations: { "postern.dev/sync": null } } });
  const { code, stdout } = await bed.run(await bed.config({ roots: [bed.cas.old, bed.cas.next] }));
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringContaining(
      "no-canary  CustomResourceDefinition/gateways.example.com: is left as it is: selftests.",
    ),
  });
  expect(bundleSizes({ webhooks: [await conversionOf(GATEWAYS)] })).toEqual([1]);
  expect(bundleSizes(await bed.live(VALIDATING))).toEqual([2]);
});
