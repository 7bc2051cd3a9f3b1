import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { controlPlaneProgram } from "../../cluster/build/controlPlaneProgram.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import { ClusterClient } from "../../cluster/ClusterClient.ts";
import { OtlpCollector } from "../../cluster/OtlpCollector.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { TestNamespace } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { OtlpReceiver } from "../../telemetry/otlp/OtlpReceiver.ts";
import { TRACED_GATE, type TracedGate, tracedGates } from "../edges/startTracedGate.ts";
import { type RegisteredGate, registerGate } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const lineSchema = z.looseObject({
  message: z.string(),
  name: z.string().optional(),
  purpose: z.string().optional(),
  trace_id: z.string().optional(),
  span_id: z.string().optional(),
});

const started = new StartedResources();
/** Takes the spans of the API server. */
let collector: OtlpCollector;
/** Takes the spans of the gates. */
let receiver: OtlpReceiver;
let cluster: ClusterClient;

beforeAll(async () => {
  const folder = await started.add(mkdtemp(join(tmpdir(), "postern-tracing-")), (it) => rm(it, { recursive: true }));
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
  const control = await started.add<Cluster>(
    startCluster({ controllers: true, apiServerArgs: [`--tracing-config-file=${tracing}`] }),
    (it) => it.stop(),
  );
  cluster = await started.add(
    Promise.resolve(new ClusterClient(control.place, await controlPlaneProgram(() => undefined))),
    (it) => it.close(),
  );
});

afterAll(() => started.stop());

describe.each(tracedGates)("a gate on %s", (_, start) => {
  let gate: TracedGate | undefined;
  let registered: RegisteredGate | undefined;
  let ns: TestNamespace;
  beforeAll(async () => {
    gate = await start(receiver.url);
    ns = await TestNamespace.create(cluster, "traced");
    const isCalled = async (): Promise<boolean> =>
      (await ns.createPod("asked", { labels: { "bad-label": "x" } }, { query: { dryRun: "All" } })).status === 403;
    registered = await registerGate({ cluster, gate: TRACED_GATE, server: gate.server, isCalled });
  });
  afterAll(async () => {
    await registered?.unregister();
    await gate?.stop();
  });

  const linesWith = (wanted: Readonly<Record<string, string>>, count: number) =>
    eventually(`${count} lines with ${JSON.stringify(wanted)}`, () => {
      const lines = (gate?.lines() ?? []).filter((line) => line.startsWith("{"));
      const found = lines
        .map((line) => lineSchema.parse(JSON.parse(line)))
        .filter((line) => Object.entries(wanted).every(([key, value]) => line[key] === value));
      return found.length >= count ? found : undefined;
    });

  it("one trace goes from the API server's own span through the gate to the write of the record", async () => {
    expect((await ns.createPod("traced")).status).toBe(201);
    const verdicts = await linesWith({ message: "verdict", name: "traced" }, 2);
    expect(verdicts.map(({ purpose }) => purpose)).toEqual(["mutate", "validate"]);
    const traceId = verdicts[0]?.trace_id ?? "";
    expect(verdicts.map((line) => line.trace_id)).toEqual([traceId, traceId]);
    for (const { purpose, span_id: spanId } of verdicts) {
      // The spans of a call are exported together.
      const server = await eventually(`the span of ${purpose}`, () =>
        receiver.spans.find((span) => span.traceId === traceId && span.spanId === spanId),
      );
      expect(server).toMatchObject({ kind: 2, name: `POST /c/{cluster}/${purpose}/{entry}` });
      const childrenOf = (parent: string | undefined): string[] =>
        receiver.spans.filter(({ parentSpanId }) => parentSpanId === parent).map(({ name }) => name);
      expect(childrenOf(spanId)).toEqual(["identity", purpose, "record"]);
      const judging = receiver.spans.find((span) => span.parentSpanId === spanId && span.name === purpose);
      expect(childrenOf(judging?.spanId)).toEqual([purpose === "mutate" ? "policy mark" : "policy deny-labels"]);
      const caller = await eventually("the span of the API server", () =>
        collector.spans().find((span) => span.spanId === server.parentSpanId),
      );
      expect(caller).toMatchObject({ traceId, service: "apiserver" });
    }
    const request = await eventually("the API server's span of the request", () =>
      collector.spans().find((span) => span.traceId === traceId && /^Create$|POST/.test(span.name)),
    );
    expect(request.service).toBe("apiserver");
  });

  it("the log lines of a request have the ids of its trace, also those of policies", async () => {
    expect((await ns.createPod("logged")).status).toBe(201);
    const [mutated] = await linesWith({ message: "verdict", name: "logged", purpose: "mutate" }, 1);
    expect(mutated?.trace_id).toMatch(/^[0-9a-f]{32}$/);
    const [marked] = await linesWith({ message: "marked", trace_id: mutated?.trace_id ?? "" }, 1);
    expect(marked?.span_id).toBe(mutated?.span_id);
  });
});
