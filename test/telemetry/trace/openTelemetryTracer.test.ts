import * as api from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { openTelemetryTracer } from "../../../src/telemetry/trace/openTelemetryTracer.ts";

interface Started {
  readonly name: string;
  readonly options: api.SpanOptions;
  readonly parent: api.SpanContext | undefined;
  readonly calls: unknown[];
}

/** An SDK that notes what the API is asked for. The package has no SDK: users bring their own. */
function notingProvider(): { provider: api.TracerProvider; started: Started[] } {
  const started: Started[] = [];
  const startSpan = (name: string, options: api.SpanOptions, context: api.Context): api.Span => {
    const parent = api.trace.getSpanContext(context);
    const calls: unknown[] = [];
    started.push({ name, options, parent, calls });
    const spanContext: api.SpanContext = {
      ...(parent?.traceState === undefined ? {} : { traceState: parent.traceState }),
      traceId: parent?.traceId ?? "a".repeat(32),
      spanId: String(started.length).repeat(16),
      traceFlags: api.TraceFlags.SAMPLED,
    };
    const noted: Partial<api.Span> = {
      spanContext: () => spanContext,
      isRecording: () => true,
      setAttributes: (...args: unknown[]) => calls.push(args),
      addEvent: (...args: unknown[]) => calls.push(args),
      setStatus: (...args: unknown[]) => calls.push(args),
      end: () => calls.push("end"),
    } as unknown as api.Span;
    return noted as api.Span;
  };
  return {
    provider: { getTracer: () => ({ startSpan, startActiveSpan: () => undefined }) as unknown as api.Tracer },
    started,
  };
}

afterEach(() => api.trace.disable());

describe("openTelemetryTracer", () => {
  it("makes the spans of a request with the SDK of the process, in the trace of the caller", () => {
    const { provider, started } = notingProvider();
    api.trace.setGlobalTracerProvider(provider);
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const server = openTelemetryTracer(api).startServer({
      describe: () => ({ name: "POST /x", attributes: { a: 1, none: undefined } }),
      headers: new Headers({ traceparent, tracestate: "vendor=1" }),
    });
    const child = server.child("policy p", { startedAt: 5, attributes: { list: ["x"] } });
    child.recordError(new TypeError("GET /k/SECRET/c"));
    child.end();
    server.addEvent("e", { b: true });
    server.end();
    expect(started).toEqual([
      {
        name: "POST /x",
        options: { kind: api.SpanKind.SERVER, attributes: { a: 1 } },
        parent: expect.objectContaining({ traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" }),
        calls: [["e", { b: true }], "end"],
      },
      {
        name: "policy p",
        options: { kind: api.SpanKind.INTERNAL, startTime: 5, attributes: { list: ["x"] } },
        parent: expect.objectContaining({ spanId: "1".repeat(16) }),
        calls: [
          [{ "error.type": "TypeError" }],
          [{ code: api.SpanStatusCode.ERROR, message: "GET /k/(hidden)/c" }],
          "end",
        ],
      },
    ]);
    expect(server.context).toEqual({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "1".repeat(16),
      isSampled: true,
      traceState: "vendor=1",
    });
  });

  it("records nothing without an SDK", () => {
    const server = openTelemetryTracer(api).startServer({
      describe: () => ({ name: "POST /x" }),
      headers: new Headers(),
    });
    expect([server.isRecording, server.child("a").isRecording]).toEqual([false, false]);
    server.end();
  });
});
