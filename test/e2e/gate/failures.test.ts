import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { ApiAnswer } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { TestNamespace } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { FaultyEdge } from "../edges/FaultyEdge.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { applyAll, type RegisteredGate, registerGate } from "../registration/registerGate.ts";
import { renderGate } from "../registration/renderGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const GATE = new URL("../gates/failures.ts", import.meta.url).pathname;

const started = new StartedResources();
let cluster: ClusterClient;
let gate: GateServer;
let edge: FaultyEdge;
let registered: RegisteredGate;
/** Namespaces with failurePolicy Fail and Ignore. */
let closed: TestNamespace;
let open: TestNamespace;

const createDenied = (ns: TestNamespace): Promise<ApiAnswer> =>
  ns.createPod("denied", { labels: { "bad-label": "x" } }, { query: { dryRun: "All" } });
const createAllowed = (ns: TestNamespace): Promise<ApiAnswer> =>
  ns.createPod("allowed", {}, { query: { dryRun: "All" } });
const isCalled = async (): Promise<boolean> =>
  (await createDenied(closed)).status === 403 && (await createDenied(open)).status === 403;

beforeAll(async () => {
  cluster = await started.add(sharedCluster(), (it) => it.close());
  [gate, closed, open] = await Promise.all([
    started.add(startNodeGate(GATE), (it) => it.stop()),
    TestNamespace.create(cluster, "closed"),
    TestNamespace.create(cluster, "open"),
  ]);
  edge = await started.add(FaultyEdge.start(gate), (it) => it.stop());
  const server = { ...gate, url: edge.url, ca: edge.ca };
  registered = await registerGate({ cluster, gate: GATE, server, isCalled });
});

afterEach(() => {
  edge.fault = { kind: "none" };
});

afterAll(async () => {
  await registered?.unregister();
  await started.stop();
});

/**
 * Expects that a failed call denies the request with Fail and names the cause. With Ignore, a request passes that the
 * gate would deny.
 */
async function expectFailedCalls(reason: RegExp): Promise<void> {
  const refused = await createAllowed(closed);
  expect(refused.status).toBe(500);
  expect(refused.body.message).toMatch(/failed calling webhook "closed\.validate\.failures\.postern\.dev"/);
  expect(refused.body.message).toMatch(reason);
  expect((await createDenied(open)).status).toBe(201);
}

it("the gate judges requests under failurePolicy Fail and Ignore while its edge works", async () => {
  expect((await createAllowed(closed)).status).toBe(201);
  expect((await createAllowed(open)).status).toBe(201);
  expect(await isCalled()).toBe(true);
});

it("a gate that answers after the timeout fails closed under Fail and open under Ignore", async () => {
  edge.fault = { kind: "hangs" };
  await expectFailedCalls(/context deadline exceeded/);
});

it("an edge that answers 502 for a stopped gate fails closed under Fail and open under Ignore", async () => {
  await gate.stop();
  try {
    await expectFailedCalls(/an error on the server/);
  } finally {
    await gate.start();
  }
});

it.each([
  { what: "denies", send: createDenied, status: 403 },
  { what: "allows", send: createAllowed, status: 201 },
])(
  "the API server retries after one 503 with Retry-After, and the verdict $what the request",
  async ({ send, status }) => {
    for (const ns of [closed, open]) {
      edge.fault = { kind: "busy", times: 1 };
      const before = edge.calls;
      expect((await send(ns)).status).toBe(status);
      expect(edge.calls - before).toBe(2);
    }
  },
);

it("an edge that answers 503 past the timeout fails closed under Fail and open under Ignore", async () => {
  edge.fault = { kind: "busy", times: 100 };
  await expectFailedCalls(/context deadline exceeded|the server is currently unable to handle the request/);
});

it.each([
  {
    what: "with another uid",
    change: (answer: string) => answer.replace(/"uid":"[^"]*"/, '"uid":"1"'),
    reason: /expected response\.uid="[0-9a-f-]+", got "1"/,
  },
  {
    what: "of another kind",
    change: (answer: string) => answer.replace('"kind":"AdmissionReview"', '"kind":"Status"'),
    reason: /converting \(v1\.Status\) to \(v1\.AdmissionReview\)/,
  },
  { what: "without JSON", change: () => "<html>busy</html>", reason: /couldn't get version\/kind|invalid character/ },
])("an answer $what fails closed under Fail and open under Ignore", async ({ change, reason }) => {
  edge.fault = { kind: "answers", change };
  await expectFailedCalls(reason);
});

it("a certificate that the trust bundle does not cover fails closed under Fail and open under Ignore", async () => {
  const other = await TestCa.create("another CA");
  await applyAll(cluster, await renderGate({ gate: GATE, url: edge.url, ca: other.cert }));
  try {
    await eventually("the API server to use the other bundle", async () =>
      (await createAllowed(closed)).status === 500 ? true : undefined,
    );
    await expectFailedCalls(/x509: certificate signed by unknown authority/);
  } finally {
    await applyAll(cluster, registered.objects);
    await eventually("the API server to use the first bundle again", async () =>
      (await isCalled()) ? true : undefined,
    );
  }
});

it("a closed port fails closed under Fail and open under Ignore", async () => {
  const url = edge.url.replace(/\d+$/, "1");
  await applyAll(cluster, await renderGate({ gate: GATE, url, ca: edge.ca }));
  try {
    await eventually("the API server to call the closed port", async () =>
      (await createAllowed(closed)).status === 500 ? true : undefined,
    );
    await expectFailedCalls(/connection refused/);
  } finally {
    await applyAll(cluster, registered.objects);
    await eventually("the API server to use the first URL again", async () => ((await isCalled()) ? true : undefined));
  }
});

it("the audit log names the webhook whose failed call let a request pass", async () => {
  edge.fault = { kind: "answers", change: () => "" };
  const name = `passed-${Date.now()}`;
  await open.createPod(name, { labels: { "bad-label": "x" } });
  const event = await eventually("the audit event", () => cluster.creationEvent(name, open.name));
  expect(event.annotations).toMatchObject({
    "failed-open.validating.webhook.admission.k8s.io/round_0_index_0": "open.validate.failures.postern.dev",
  });
});
