import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NodeSource } from "../../../src/records/stores/node/NodeSource.ts";
import { controlPlaneProgram } from "../../cluster/build/controlPlaneProgram.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import { ClusterClient } from "../../cluster/ClusterClient.ts";
import { OtlpCollector } from "../../cluster/OtlpCollector.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { TestNamespace } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { OtlpReceiver } from "../../telemetry/otlp/OtlpReceiver.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { type RegisteredGate, registerGate } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const GATE = new URL("../gates/records.ts", import.meta.url).pathname;
const CLUSTER = "e2e";

const started = new StartedResources();
let collector: OtlpCollector;
let receiver: OtlpReceiver;
let registered: RegisteredGate;
let ns: TestNamespace;
let store: string;

beforeAll(async () => {
  const folder = await started.add(mkdtemp(join(tmpdir(), "postern-traces-")), (it) => rm(it, { recursive: true }));
  store = join(folder, "store");
  const tracing = join(folder, "tracing.json");
  collector = await started.add(OtlpCollector.start(), (it) => it.stop());
  receiver = await started.add(OtlpReceiver.start(), (it) => it.stop());
  // apiserver.config.k8s.io/v1 TracingConfiguration: every request is sampled.
  const configuration = {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "TracingConfiguration",
    endpoint: collector.endpoint,
    samplingRatePerMillion: 1_000_000,
  };
  await writeFile(tracing, JSON.stringify(configuration));
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const [control, gate] = await Promise.all([
    started.add<Cluster>(
      startCluster({ controllers: true, apiServerArgs: [`--tracing-config-file=${tracing}`] }),
      (it) => it.stop(),
    ),
    started.add(
      startNodeGate(GATE, {
        POSTERN_RECORDS_DIR: store,
        POSTERN_RECORDS_KEY: JSON.stringify(await exportJWK(privateKey)),
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_TRACES_SAMPLER_ARG: "0",
      }),
      (it) => it.stop(),
    ),
  ]);
  const cluster = await started.add(
    Promise.resolve(new ClusterClient(control.place, await controlPlaneProgram(() => undefined))),
    (it) => it.close(),
  );
  ns = await TestNamespace.create(cluster, "recorded");
  const isCalled = async (): Promise<boolean> =>
    (await ns.createPod("asked", { labels: { "bad-label": "x" } }, { query: { dryRun: "All" } })).status === 403;
  registered = await registerGate({ cluster, gate: GATE, server: gate, isCalled });
});

afterAll(async () => {
  await registered?.unregister();
  await started.stop();
});

it("a trace goes from the API server's own span through the gate to the write of the record", async () => {
  expect((await ns.createPod("traced")).status).toBe(201);
  let traceId: string | undefined;
  for await (const { text } of new NodeSource(store).lines(CLUSTER)) {
    const { decision } = JSON.parse(text);
    if (decision?.request.name === "traced") traceId = decision.traceId;
  }
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  const server = await eventually("the span of the call", () =>
    receiver.spans.find((span) => span.traceId === traceId && span.kind === 2),
  );
  const inGate = receiver.spans.filter((span) => span.traceId === traceId);
  expect(inGate.find(({ name }) => name === "record")?.parentSpanId).toBe(server.spanId);
  expect(inGate.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["identity", "validate", "policy deny-labels"]),
  );
  const parent = await eventually("the span of the API server", () =>
    collector.spans().find(({ spanId }) => spanId === server.parentSpanId),
  );
  expect(parent).toMatchObject({ traceId, service: "apiserver" });
  const inServer = collector.spans().filter((span) => span.traceId === traceId);
  expect(inServer.map(({ name }) => name)).toEqual(expect.arrayContaining([expect.stringMatching(/Create|POST/)]));
});
