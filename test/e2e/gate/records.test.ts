import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { TrustedKeys } from "../../../src/records/chain/verify/TrustedKeys.ts";
import { verifyChain } from "../../../src/records/chain/verifyChain.ts";
import type { DecisionRecord } from "../../../src/records/decision/decisionSchema.ts";
import { NodeSource } from "../../../src/records/stores/node/NodeSource.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { TestNamespace } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { FaultyEdge } from "../edges/FaultyEdge.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { type RegisteredGate, registerGate } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const GATE = new URL("../gates/records.ts", import.meta.url).pathname;
const CLUSTER = "e2e";
const RECEIPT = "recorded.validate.records.postern.dev/receipt";

const started = new StartedResources();
let cluster: ClusterClient;
let edge: FaultyEdge;
let registered: RegisteredGate;
let ns: TestNamespace;
let source: NodeSource;
let keys: TrustedKeys;
let store: string;

beforeAll(async () => {
  const folder = await started.add(mkdtemp(join(tmpdir(), "postern-records-")), (it) => rm(it, { recursive: true }));
  store = join(folder, "store");
  source = new NodeSource(store);
  const { privateKey, publicKey } = await generateKeyPair("EdDSA", { extractable: true });
  keys = TrustedKeys.parse(JSON.stringify(await exportJWK(publicKey)));
  const env = { POSTERN_RECORDS_DIR: store, POSTERN_RECORDS_KEY: JSON.stringify(await exportJWK(privateKey)) };
  cluster = await started.add(sharedCluster(), (it) => it.close());
  const gate = await started.add(startNodeGate(GATE, env), (it) => it.stop());
  ns = await TestNamespace.create(cluster, "recorded");
  edge = await started.add(FaultyEdge.start(gate), (it) => it.stop());
  const isCalled = async (): Promise<boolean> =>
    (await ns.createPod("asked", { labels: { "bad-label": "x" } }, { query: { dryRun: "All" } })).status === 403;
  registered = await registerGate({ cluster, gate: GATE, server: { ...gate, url: edge.url, ca: edge.ca }, isCalled });
});

afterEach(() => {
  edge.fault = { kind: "none" };
});

afterAll(async () => {
  await registered?.unregister();
  await started.stop();
});

async function recordsOf(name: string): Promise<readonly DecisionRecord[]> {
  const records: DecisionRecord[] = [];
  for await (const { text } of source.lines(CLUSTER)) {
    const line = JSON.parse(text);
    if (line.decision?.request.name === name) records.push(line);
  }
  return records;
}

const receiptOf = (name: string): Promise<string> =>
  eventually(`the audit event of ${name}`, async () => {
    const annotations: Readonly<Record<string, string>> =
      (await cluster.creationEvent(name, ns.name))?.annotations ?? {};
    return annotations[RECEIPT];
  });

it("the audit log of the API server has the receipt of each recorded decision", async () => {
  expect((await ns.createPod("allowed")).status).toBe(201);
  const [record] = await recordsOf("allowed");
  expect(record?.decision).toMatchObject({
    cluster: CLUSTER,
    request: { operation: "CREATE", namespace: ns.name, dryRun: false, object: { kind: "Pod" } },
    verdict: { allowed: true, policies: [{ policy: "deny-labels", mode: "enforce" }] },
  });
  const expected = [{ leaf: await receiptOf("allowed"), where: "the audit log" }];
  const report = await verifyChain(source.lines(CLUSTER), { cluster: CLUSTER, keys, expected });
  expect([report.findings, report.receipts]).toEqual([[], 1]);
});

it("denials and dry runs are recorded as such", async () => {
  expect((await ns.createPod("denied", { labels: { "bad-label": "x" } }, { query: { dryRun: "All" } })).status).toBe(
    403,
  );
  expect(await recordsOf("denied")).toMatchObject([
    { decision: { request: { dryRun: true }, verdict: { allowed: false, code: 403 } } },
  ]);
});

it("a call that the API server repeats, because its answer was lost, has one record", async () => {
  edge.fault = { kind: "loses", times: 1 };
  expect((await ns.createPod("repeated")).status).toBe(201);
  expect(edge.fault).toMatchObject({ times: 0 });
  const records = await recordsOf("repeated");
  expect(records).toHaveLength(1);
  const report = await verifyChain(source.lines(CLUSTER), {
    cluster: CLUSTER,
    keys,
    expected: [{ leaf: await receiptOf("repeated"), where: "the audit log" }],
  });
  expect([report.findings, report.receipts]).toEqual([[], 1]);
});

it("a request is refused while its decision cannot be recorded", async () => {
  const segments = join(store, "segments");
  await rename(segments, `${segments}.away`);
  await writeFile(segments, "");
  const refused = await ns.createPod("unrecorded");
  await rm(segments);
  await rename(`${segments}.away`, segments);
  expect([refused.status, refused.body.message]).toEqual([
    500,
    expect.stringMatching(/failed to call webhook: the server is currently unable|context deadline/),
  ]);
  expect((await ns.createPod("recorded-again")).status).toBe(201);
});
