import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { readReview } from "../fixtures/readReview.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import { OtlpReceiver, type ReceivedSpan } from "../telemetry/otlp/OtlpReceiver.ts";
import { JSON_HEADERS } from "./Runtime.ts";
import { type TelemetryRuntime, telemetryRuntimes } from "./telemetryRuntimes.ts";

const BODY = readReview("validate-v1-create-pods-2");
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const lineSchema = z.looseObject({ message: z.string(), trace_id: z.string().optional() });

describe.each(telemetryRuntimes)("a gate with telemetry on %s", (_, platform, start) => {
  let receiver: OtlpReceiver;
  let runtime: TelemetryRuntime;
  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    runtime = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: "2000",
      OTEL_TRACES_SAMPLER_ARG: "0",
      OTEL_SERVICE_NAME: "my-gate",
    });
  });
  afterAll(async () => {
    await runtime.stop();
    await receiver.stop();
  });
  beforeEach(() => {
    receiver.status = 200;
    receiver.answerHeaders = {};
  });

  const call = (traceId: string, flags = "01") =>
    runtime.call({
      path: "/c/local/validate/default?timeout=10s",
      headers: { ...JSON_HEADERS, traceparent: `00-${traceId}-${CALLER}-${flags}`, authorization: "Bearer SECRET" },
      body: BODY,
    });
  const spansOf = (traceId: string): Promise<readonly ReceivedSpan[]> =>
    eventually(
      `the spans of ${traceId}`,
      () => {
        const spans = receiver.spans.filter((span) => span.traceId === traceId);
        return spans.some(({ kind }) => kind === 2) ? spans : undefined;
      },
      patience(10_000),
    );

  it("joins the trace of its caller, with a span for each part of the work", async () => {
    expect((await call(TRACE)).status).toBe(200);
    const spans = await spansOf(TRACE);
    const server = spans.find(({ kind }) => kind === 2);
    const validate = spans.find(({ name }) => name === "validate");
    expect(spans.map(({ name, parentSpanId }) => [name, parentSpanId]).sort()).toEqual([
      ["POST /c/{cluster}/validate/{entry}", CALLER],
      ["identity", server?.spanId],
      ["policy deny-labels", validate?.spanId],
      ["policy fails", validate?.spanId],
      ["policy talks", validate?.spanId],
      ["validate", server?.spanId],
    ]);
    expect(server?.attributes).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/c/{cluster}/validate/{entry}",
      "http.response.status_code": "200",
      "k8s.cluster.name": "local",
      "postern.review.resource": "pods",
      "postern.review.operation": "CREATE",
      ...(platform === "aws_lambda" ? { "faas.trigger": "http", "faas.coldstart": expect.anything() } : {}),
    });
    expect(server?.events).toMatchObject([
      { name: "postern.admission.decision", attributes: { "postern.verdict": "denied" } },
    ]);
    expect(server?.resource).toMatchObject({
      "service.name": "my-gate",
      ...(platform === undefined ? {} : { "cloud.platform": platform }),
    });
    expect(spans.find(({ name }) => name === "policy fails")?.status).toEqual({
      code: 2,
      message: "no",
    });
    expect(JSON.stringify(spans)).not.toContain("SECRET");
  });

  it("writes the ids of the trace on each log line of a call, also on those of policies", async () => {
    const traceId = "1".repeat(32);
    await call(traceId);
    const spans = await spansOf(traceId);
    const own = await eventually(
      "the lines of the call",
      () => {
        const lines = runtime.lines.map((line) => lineSchema.parse(JSON.parse(line)));
        const found = lines.filter(({ trace_id, message }) => trace_id === traceId && message === "from a policy");
        return found.length >= 2 ? found : undefined;
      },
      patience(10_000),
    );
    const server = spans.find(({ kind }) => kind === 2);
    const facts = { trace_id: traceId, span_id: server?.spanId, cluster: "local", service: expect.any(String) };
    expect(own).toHaveLength(2);
    for (const line of own) expect(line).toMatchObject(facts);
  });

  it("exports a policy that fails in a trace that its caller did not sample", async () => {
    const traceId = "2".repeat(32);
    await call(traceId, "00");
    const names = (await spansOf(traceId)).map(({ name }) => name);
    // On a busy machine another policy may be slow.
    expect(names).toEqual(expect.arrayContaining(["POST /c/{cluster}/validate/{entry}", "policy fails"]));
    expect(names).not.toContain("validate");
  });

  it.each<[string, string]>([
    ["of the version ff", `ff-${"7".repeat(32)}-${CALLER}-01`],
    ["in upper case", `00-${"A".repeat(32)}-${CALLER}-01`],
    ["with a trace id of zeros", `00-${"0".repeat(32)}-${CALLER}-01`],
    ["with a span id of zeros", `00-${"7".repeat(32)}-${"0".repeat(16)}-01`],
    ["that is too long", `00-${"7".repeat(32)}-${CALLER}-01-${"x".repeat(4_000)}`],
    ["that was sent twice", `00-${"7".repeat(32)}-${CALLER}-01, 00-${"7".repeat(32)}-${CALLER}-01`],
  ])("begins a trace of its own for a traceparent %s", async (__, traceparent) => {
    const before = runtime.lines.length;
    const answer = await runtime.call({
      path: "/c/local/validate/default?timeout=10s",
      headers: { ...JSON_HEADERS, traceparent },
      body: BODY,
    });
    expect(answer.status).toBe(200);
    const [line] = await eventually(
      "a line of the call",
      () => {
        const lines = runtime.lines.slice(before).map((text) => lineSchema.parse(JSON.parse(text)));
        const found = lines.filter(({ message }) => message === "from a policy");
        return found.length > 0 ? found : undefined;
      },
      patience(10_000),
    );
    expect(line?.trace_id).toMatch(/^(?!7{32}|0{32}|a{32})[0-9a-f]{32}$/);
    // The policy that fails is exported, if there is room for another one.
    expect(receiver.spans.filter(({ traceId }) => traceId === "7".repeat(32))).toEqual([]);
  });

  it("exports the tracestate of its caller with each span", async () => {
    const traceId = "8".repeat(32);
    const headers = { traceparent: `00-${traceId}-${CALLER}-01`, tracestate: "vendor=1, other=x" };
    const path = "/c/local/validate/default?timeout=10s";
    await runtime.call({ path, headers: { ...JSON_HEADERS, ...headers }, body: BODY });
    const states = (await spansOf(traceId)).map(({ traceState }) => traceState);
    expect(new Set(states)).toEqual(new Set(["vendor=1,other=x"]));
  });

  it.each<[string, number | undefined, Readonly<Record<string, string>>]>([
    ["refuses exports", 500, {}],
    ["is busy", 429, { "retry-after": "1" }],
    ["redirects to itself", 307, { location: "/v1/traces" }],
    ["does not answer", undefined, {}],
  ])("answers reviews while the collector %s, without delay", async (__, status, answerHeaders) => {
    receiver.status = status;
    receiver.answerHeaders = answerHeaders;
    const before = receiver.headers.length;
    const startedAt = performance.now();
    for (let count = 0; count < 5; count += 1) expect((await call("3".repeat(32))).status).toBe(200);
    // Each export takes 2 s.
    expect(performance.now() - startedAt).toBeLessThan(patience(1_500));
    await eventually("an export", () => (receiver.headers.length > before ? true : undefined), patience(10_000));
    receiver.status = 200;
    const again = `5${String(status ?? 0).padStart(31, "0")}`;
    // Where there is no timer, what waits is sent after the next call.
    await eventually(
      "the collector to be used again",
      async () => {
        await call(again);
        return receiver.spans.some(({ traceId }) => traceId === again) ? true : undefined;
      },
      patience(10_000),
    );
  });

  it.runIf(platform === undefined)("judges a large review in its thread, in the same trace", async () => {
    const traceId = "6".repeat(32);
    const review = JSON.parse(BODY);
    review.request.object.metadata.annotations = { large: "x".repeat(1_200_000) };
    const answer = await runtime.call({
      path: "/c/local/validate?timeout=30s",
      headers: { ...JSON_HEADERS, traceparent: `00-${traceId}-${CALLER}-01` },
      body: JSON.stringify(review),
    });
    expect(JSON.parse(answer.text)).toMatchObject({ response: { allowed: false } });
    const spans = await spansOf(traceId);
    const server = spans.find(({ kind }) => kind === 2);
    const apart = spans.find(({ name }) => name === "judge apart");
    expect(apart).toMatchObject({ kind: 1, parentSpanId: server?.spanId });
    expect(spans.find(({ name }) => name === "validate")?.parentSpanId).toBe(apart?.spanId);
  });
});
