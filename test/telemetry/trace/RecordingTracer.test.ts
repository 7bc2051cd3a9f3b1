import { describe, expect, it } from "vitest";
import { RecordingTracer } from "../../../src/telemetry/trace/RecordingTracer.ts";
import { ratioSampler } from "../../../src/telemetry/trace/Sampler.ts";
import type { SpanData } from "../../../src/telemetry/trace/SpanData.ts";

/** A tracer whose clock stands still until it is moved. */
function testTracer(ratio: number) {
  const exported: SpanData[][] = [];
  const clock = { at: 1_000 };
  const tracer = new RecordingTracer({
    sampler: ratioSampler(ratio),
    now: () => clock.at,
    exportSpans: (spans) => exported.push([...spans]),
  });
  const made: string[] = [];
  const start = (traceparent?: string, more: Readonly<Record<string, string>> = {}) =>
    tracer.startServer({
      describe: () => {
        made.push("description");
        return { name: "POST /x", attributes: {} };
      },
      headers: new Headers({ ...(traceparent === undefined ? {} : { traceparent }), ...more }),
    });
  return { start, exported, clock, made };
}
const NOTABLE = { isNotable: true };
const CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

describe("RecordingTracer", () => {
  it("exports the spans of a sampled request once, when the server span ends", () => {
    const { start, exported, clock } = testTracer(1);
    const server = start();
    const child = server.child("validate", { attributes: { a: 1 } });
    clock.at += 5;
    child.addEvent("seen", { b: true });
    child.setAttributes({ c: "d" });
    child.end();
    expect(exported).toEqual([]);
    server.end();
    server.end();
    const { traceId, spanId } = server.context;
    expect(exported).toEqual([
      [
        expect.objectContaining({
          name: "validate",
          kind: "internal",
          traceId,
          parentSpanId: spanId,
          startedAt: 1_000,
          endedAt: 1_005,
          attributes: { a: 1, c: "d" },
          events: [{ name: "seen", at: 1_005, attributes: { b: true } }],
          error: undefined,
        }),
        expect.objectContaining({ name: "POST /x", kind: "server", traceId, spanId, parentSpanId: undefined }),
      ],
    ]);
  });

  it("joins the trace of its caller", () => {
    const { start, exported } = testTracer(0);
    start(`${CALLER}-01`).end();
    expect(exported.flat()).toMatchObject([
      { traceId: "0af7651916cd43dd8448eb211c80319c", parentSpanId: "b7ad6b7169203331", isSampled: true },
    ]);
  });

  it("exports nothing of a request that is not sampled, and makes nothing for it", () => {
    const { start, exported, made } = testTracer(0);
    for (const server of [start(), start(`${CALLER}-00`)]) {
      const validate = server.child("validate");
      // One object for all of them.
      expect([server.child("identity"), validate.child("policy")]).toEqual([validate, validate]);
      validate.end();
      server.setAttributes({ a: 1 });
      server.end();
    }
    expect([exported, made]).toEqual([[], []]);
  });

  it.each<[string, number, string | undefined, string | undefined]>([
    ["of a sampled caller", 0, `${CALLER}-01`, "vendor=1,b=2"],
    ["of a caller that did not sample", 0, `${CALLER}-00`, "vendor=1,b=2"],
    ["without a valid traceparent not at all", 1, "00-nothing", undefined],
  ])("passes the tracestate on: %s", (_, ratio, traceparent, traceState) => {
    const { start, exported } = testTracer(ratio);
    const server = start(traceparent, { tracestate: "vendor=1, b=2" });
    const child = server.child("policy", NOTABLE);
    expect([server.context.traceState, child.context.traceState]).toEqual([traceState, traceState]);
    child.end();
    server.end();
    expect(exported.flat().map((span) => span.traceState)).toEqual([traceState, traceState]);
  });

  it("gives a trace that begins here the bits that it was sampled by", () => {
    const seen: number[] = [];
    const tracer = new RecordingTracer({
      sampler: (bits) => seen.push(bits) % 2 === 0,
      now: () => 0,
      exportSpans: () => undefined,
    });
    const ids = [1, 2].map(
      () => tracer.startServer({ describe: () => ({ name: "" }), headers: new Headers() }).context.traceId,
    );
    expect(ids.map((id) => Number.parseInt(id.slice(-13), 16))).toEqual(seen);
  });

  it("exports the server span and the notable children of a request that is not sampled", () => {
    const { start, exported } = testTracer(0);
    const server = start();
    const validate = server.child("validate");
    validate.child("policy slow", NOTABLE).end();
    validate.child("policy fast").end();
    validate.end();
    server.end();
    expect(exported.flat()).toMatchObject([
      { name: "policy slow", parentSpanId: server.context.spanId },
      { name: "POST /x", isSampled: false },
    ]);
  });

  it("keeps notable children of at most ten requests in a second", () => {
    const { start, exported, clock } = testTracer(0);
    const fail = (): void => {
      const server = start();
      for (const name of ["a", "b"]) server.child(name, NOTABLE).end();
      server.end();
    };
    for (let count = 0; count < 20; count += 1) fail();
    expect(exported).toHaveLength(10);
    clock.at += 1_000;
    fail();
    expect(exported).toHaveLength(11);
  });

  it("exports a child that ends after the server span", () => {
    const { start, exported } = testTracer(1);
    const server = start();
    const late = server.child("record");
    server.end();
    late.end();
    expect(exported.map((spans) => spans.map(({ name }) => name))).toEqual([["POST /x"], ["record"]]);
  });

  it("keeps at most 256 spans of a request, and says how many it dropped", () => {
    const { start, exported } = testTracer(1);
    const server = start();
    for (let count = 0; count < 300; count += 1) server.child("policy").end();
    server.end();
    expect(exported.flat()).toHaveLength(257);
    expect(exported.flat().at(-1)?.attributes).toEqual({ "postern.spans.dropped": 44 });
  });

  it.each<[string, unknown, string, string]>([
    ["an error", new TypeError("x is not a function"), "TypeError", "x is not a function"],
    ["an error with a code", Object.assign(new Error("no"), { code: "overloaded" }), "overloaded", "no"],
    ["a text", "no", "string", "no"],
    [
      "a capability",
      new Error("GET https://h/k/SECRET/c/a/validate failed"),
      "Error",
      "GET https://h/k/(hidden)/c/a/validate failed",
    ],
  ])("records %s without secrets", (_, thrown, type, message) => {
    const { start, exported } = testTracer(1);
    const server = start();
    server.recordError(thrown);
    server.end();
    expect(exported.flat()).toMatchObject([{ error: message, attributes: { "error.type": type } }]);
  });
});
