import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { ApiAnswer } from "../cluster/ClusterApi.ts";
import type { ClusterClient } from "../cluster/ClusterClient.ts";
import { sharedCluster } from "../cluster/sharedCluster.ts";
import { TestCa } from "../cluster/TestCa.ts";
import { TestNamespace } from "../cluster/TestNamespace.ts";
import { eventually } from "../run/eventually.ts";
import { FaultyEdge } from "./FaultyEdge.ts";
import type { GateServer } from "./GateServer.ts";
import { applyAll, type RegisteredGate, registerGate } from "./registerGate.ts";
import { renderGate } from "./renderGate.ts";
import { Started } from "./Started.ts";
import { startNodeGate } from "./startNodeGate.ts";

const GATE = new URL("gates/failures.ts", import.meta.url).pathname;

const started = new Started();
let cluster: ClusterClient;
let gate: GateServer;
let edge: FaultyEdge;
let registered: RegisteredGate;
/** Called with failurePolicy Fail, and with Ignore. */
let closed: TestNamespace;
let open: TestNamespace;

const forbidden = (ns: TestNamespace): Promise<ApiAnswer> =>
  ns.createPod("forbidden", { labels: { "bad-label": "x" } }, { query: { dryRun: "All" } });
const fine = (ns: TestNamespace): Promise<ApiAnswer> => ns.createPod("fine", {}, { query: { dryRun: "All" } });
const isCalled = async (): Promise<boolean> =>
  (await forbidden(closed)).status === 403 && (await forbidden(open)).status === 403;

beforeAll(async () => {
  cluster = await started.add(sharedCluster(), (it) => it.close());
  [gate, closed, open] = await Promise.all([
    started.add(startNodeGate(GATE), (it) => it.stop()),
    TestNamespace.create(cluster, "closed"),
    TestNamespace.create(cluster, "open"),
  ]);
  edge = await started.add(FaultyEdge.start(gate), (it) => it.stop());
  registered = await registerGate(cluster, GATE, { ...gate, url: edge.url, ca: edge.ca }, isCalled);
});

afterEach(() => {
  edge.fault = { kind: "none" };
});

afterAll(async () => {
  await registered?.unregister();
  await started.stop();
});

/** A call that failed refuses with Fail, saying why, and lets through with Ignore what the gate would have denied. */
async function expectFailedCalls(why: RegExp): Promise<void> {
  const refused = await fine(closed);
  expect(refused.status).toBe(500);
  expect(refused.body.message).toMatch(/failed calling webhook "closed\.validate\.failures\.postern\.dev"/);
  expect(refused.body.message).toMatch(why);
  expect((await forbidden(open)).status).toBe(201);
}

it("judges in both namespaces while nothing is wrong", async () => {
  expect((await fine(closed)).status).toBe(201);
  expect((await fine(open)).status).toBe(201);
  expect(await isCalled()).toBe(true);
});

it("gate slow past the timeout", async () => {
  edge.fault = { kind: "hangs" };
  await expectFailedCalls(/context deadline exceeded/);
});

it("gate stopped behind its edge, which says 502", async () => {
  await gate.stop();
  try {
    await expectFailedCalls(/an error on the server/);
  } finally {
    await gate.start();
  }
});

it.each([
  { what: "that the verdict denies", send: forbidden, status: 403 },
  { what: "that the verdict allows", send: fine, status: 201 },
])("503 with Retry-After, then well: asked again, for what $what", async ({ send, status }) => {
  for (const ns of [closed, open]) {
    edge.fault = { kind: "busy", times: 1 };
    const before = edge.calls;
    expect((await send(ns)).status).toBe(status);
    expect(edge.calls - before).toBe(2);
  }
});

it("503 with Retry-After for longer than the timeout", async () => {
  edge.fault = { kind: "busy", times: 100 };
  await expectFailedCalls(/context deadline exceeded|the server is currently unable to handle the request/);
});

it.each([
  {
    what: "another uid",
    change: (answer: string) => answer.replace(/"uid":"[^"]*"/, '"uid":"1"'),
    why: /expected response\.uid="[0-9a-f-]+", got "1"/,
  },
  {
    what: "another kind",
    change: (answer: string) => answer.replace('"kind":"AdmissionReview"', '"kind":"Status"'),
    why: /converting \(v1\.Status\) to \(v1\.AdmissionReview\)/,
  },
  { what: "no JSON", change: () => "<html>busy</html>", why: /couldn't get version\/kind|invalid character/ },
])("an answer with $what", async ({ change, why }) => {
  edge.fault = { kind: "answers", change };
  await expectFailedCalls(why);
});

it("a certificate that the registration's trust bundle does not cover", async () => {
  const other = await TestCa.create("another CA");
  await applyAll(cluster, await renderGate({ gate: GATE, url: edge.url, ca: other.cert }));
  try {
    await eventually("the API server to use the other bundle", async () =>
      (await fine(closed)).status === 500 ? true : undefined,
    );
    await expectFailedCalls(/x509: certificate signed by unknown authority/);
  } finally {
    await applyAll(cluster, registered.objects);
    await eventually("the right bundle", async () => ((await isCalled()) ? true : undefined));
  }
});

it("gate stopped: nothing listens", async () => {
  const url = edge.url.replace(/\d+$/, "1");
  await applyAll(cluster, await renderGate({ gate: GATE, url, ca: edge.ca }));
  try {
    await eventually("the API server to call the closed port", async () =>
      (await fine(closed)).status === 500 ? true : undefined,
    );
    await expectFailedCalls(/connection refused/);
  } finally {
    await applyAll(cluster, registered.objects);
    await eventually("the right URL", async () => ((await isCalled()) ? true : undefined));
  }
});

it("the audit log says which requests passed because a call failed", async () => {
  edge.fault = { kind: "answers", change: () => "" };
  const name = `passed-${Date.now()}`;
  await open.createPod(name, { labels: { "bad-label": "x" } });
  const event = await eventually("the audit event", () => cluster.creationEvent(name, open.name));
  expect(event.annotations).toMatchObject({
    "failed-open.validating.webhook.admission.k8s.io/round_0_index_0": "open.validate.failures.postern.dev",
  });
});
