import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SeriesMeter } from "../../../src/telemetry/metrics/SeriesMeter.ts";
import { OtlpExporter, type OtlpExporterOptions } from "../../../src/telemetry/otlp/OtlpExporter.ts";
import type { SpanData } from "../../../src/telemetry/trace/SpanData.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import { OtlpReceiver } from "./OtlpReceiver.ts";

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await OtlpReceiver.start();
});
afterEach(() => receiver.stop());

const SPAN: SpanData = {
  name: "POST /x",
  kind: "server",
  traceId: "a".repeat(32),
  spanId: "b".repeat(16),
  parentSpanId: "c".repeat(16),
  isSampled: true,
  startedAt: 1_764_000_000_000.25,
  endedAt: 1_764_000_000_001.5,
  attributes: { text: "x", whole: 5, broken: 0.5, yes: true, list: ["a", "b"], none: undefined },
  events: [{ name: "e", at: 1_764_000_000_000, attributes: { a: 1 } }],
  error: "no",
};

function testExporter(
  given: Partial<OtlpExporterOptions> = {},
  { headers = {}, timeoutMs = patience(5_000) }: Partial<OtlpExporterOptions["settings"]> = {},
) {
  const dropped: [string, number][] = [];
  const failures: string[] = [];
  const clock = { at: 1_764_000_000_000 };
  const exporter = new OtlpExporter({
    settings: {
      tracesUrl: `${receiver.url}/v1/traces`,
      metricsUrl: `${receiver.url}/v1/metrics`,
      headers,
      timeoutMs,
    },
    resource: { "service.name": "postern" },
    fetch,
    now: () => clock.at,
    onDropped: (...args) => dropped.push(args),
    onFailure: ({ code, status }) => failures.push(`${code} ${status}`),
    ...given,
  });
  return { exporter, dropped, failures, clock };
}

describe("OtlpExporter", () => {
  it("sends spans in OTLP/JSON", async () => {
    const { exporter } = testExporter({}, { headers: { "x-key": "k" } });
    exporter.add([SPAN]);
    await exporter.flush();
    expect(receiver.spans).toEqual([
      {
        traceId: SPAN.traceId,
        spanId: SPAN.spanId,
        parentSpanId: SPAN.parentSpanId,
        name: "POST /x",
        kind: 2,
        startTimeUnixNano: "1764000000000250000",
        endTimeUnixNano: "1764000000001500000",
        attributes: {
          text: "x",
          whole: "5",
          broken: 0.5,
          yes: true,
          list: { values: [{ stringValue: "a" }, { stringValue: "b" }] },
        },
        events: [{ name: "e", attributes: { a: "1" } }],
        status: { code: 2, message: "no" },
        resource: { "service.name": "postern" },
      },
    ]);
    expect(receiver.headers[0]).toMatchObject({ "x-key": "k", "content-type": "application/json" });
    expect(exporter.isDue).toBe(false);
  });

  it("sends metrics once a minute, and with the last export", async () => {
    const meter = new SeriesMeter();
    const count = meter.counter({ name: "n", description: "d", unit: "1", labels: [] });
    const { exporter, clock } = testExporter({ meter });
    count(1, {});
    await exporter.flush();
    expect(receiver.metricNames).toEqual([]);
    clock.at += 60_000;
    expect(exporter.isDue).toBe(true);
    await exporter.flush();
    expect(receiver.metricNames).toEqual(["n"]);
    count(1, {});
    await exporter.flush(true);
    expect(receiver.metricNames).toEqual(["n", "n"]);
  });

  it.each<[string, number | undefined]>([
    ["a collector that is busy", 503],
    ["a collector that does not answer", undefined],
  ])("sends spans once more to %s, then drops and counts them", async (_, status) => {
    const timeoutMs = status === undefined ? scaled(200) : patience(5_000);
    const { exporter, dropped, failures } = testExporter({}, { timeoutMs });
    receiver.status = status;
    exporter.add([SPAN, SPAN]);
    await exporter.flush();
    expect([exporter.isDue, dropped]).toEqual([true, []]);
    await exporter.flush();
    expect([exporter.isDue, dropped]).toEqual([false, [["spans", 2]]]);
    expect(failures).toHaveLength(1);
  });

  it("drops spans that the collector refuses for good", async () => {
    const { exporter, dropped, failures } = testExporter();
    receiver.status = 401;
    exporter.add([SPAN]);
    await exporter.flush();
    expect([exporter.isDue, dropped, failures]).toEqual([false, [["spans", 1]], ["otlp-refused 401"]]);
  });

  it.each([301, 302, 307, 308])("does not follow a redirect (%d), which would get the headers", async (status) => {
    const elsewhere = await OtlpReceiver.start();
    const { exporter, dropped, failures } = testExporter({}, { headers: { authorization: "Bearer SECRET" } });
    receiver.status = status;
    receiver.answerHeaders = { location: `${elsewhere.url}/v1/traces` };
    exporter.add([SPAN]);
    await exporter.flush();
    await elsewhere.stop();
    expect([failures, dropped, elsewhere.headers]).toEqual([[`otlp-refused ${status}`], [["spans", 1]], []]);
  });

  it.each<[string, number, string, number]>([
    ["the seconds of Retry-After", 429, "7", 7_000],
    ["the date of Retry-After", 503, new Date(1_764_000_030_000).toUTCString(), 30_000],
    ["at most a minute", 503, "86400", 60_000],
    ["not for a text that is neither", 503, "soon", 0],
    ["not for a date that is over", 503, "Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ])("waits as long as a busy collector asks for: %s", async (_, status, retryAfter, waitMs) => {
    const { exporter, clock } = testExporter();
    receiver.status = status;
    receiver.answerHeaders = { "retry-after": retryAfter };
    exporter.add([SPAN]);
    await exporter.flush();
    receiver.status = 200;
    if (waitMs > 0) {
      clock.at += waitMs - 1;
      expect(exporter.isDue).toBe(false);
      await exporter.flush();
      expect(receiver.spans).toHaveLength(0);
      clock.at += 1;
    }
    expect(exporter.isDue).toBe(true);
    await exporter.flush();
    expect(receiver.spans).toHaveLength(1);
  });

  it("sends what is left at the end of a process, whatever the collector asked for", async () => {
    const { exporter } = testExporter();
    receiver.status = 429;
    receiver.answerHeaders = { "retry-after": "60" };
    exporter.add([SPAN]);
    await exporter.flush();
    receiver.status = 200;
    await exporter.flush(true);
    expect(receiver.spans).toHaveLength(1);
  });

  it("holds and counts what comes while it waits", async () => {
    const { exporter, dropped } = testExporter();
    receiver.status = 429;
    receiver.answerHeaders = { "retry-after": "60" };
    exporter.add([SPAN]);
    await exporter.flush();
    exporter.add(Array.from({ length: 3_000 }, () => SPAN));
    await exporter.flush();
    expect(dropped).toEqual([["spans", 953]]);
  });

  it("says nothing of the headers or the URL in an error", async () => {
    const told: unknown[] = [];
    const headers = { authorization: "Bearer SECRET" };
    const settings = {
      tracesUrl: `${receiver.url}/SECRET`,
      metricsUrl: undefined,
      headers,
      timeoutMs: patience(5_000),
    };
    const { exporter } = testExporter({ settings, onFailure: (error) => told.push(error, error.message, error.stack) });
    for (const status of [500, 401]) {
      receiver.status = status;
      exporter.add([SPAN]);
      await exporter.flush();
    }
    const failing = testExporter({
      settings,
      onFailure: (error) => told.push(error, error.message, error.stack, error.cause),
      fetch: () => Promise.reject(new Error("Bearer SECRET")),
    });
    failing.exporter.add([SPAN]);
    await failing.exporter.flush();
    expect(told.length).toBeGreaterThan(3);
    expect(told.map((one) => `${String(one)} ${JSON.stringify(one)}`).join("\n")).not.toContain("SECRET");
  });

  it("never rejects when nobody listens", async () => {
    const { exporter, failures } = testExporter();
    await receiver.stop();
    exporter.add([SPAN]);
    await expect(exporter.flush()).resolves.toBeUndefined();
    expect(failures).toEqual(["otlp-unreachable undefined"]);
    receiver = await OtlpReceiver.start();
  });

  it("holds at most 2,048 spans, and counts the others", () => {
    const { exporter, dropped } = testExporter();
    exporter.add(Array.from({ length: 2_000 }, () => SPAN));
    exporter.add(Array.from({ length: 100 }, () => SPAN));
    expect(dropped).toEqual([["spans", 52]]);
  });

  it("sends at most four exports of 512 spans at one time", async () => {
    const bodies: string[] = [];
    const ends: (() => void)[] = [];
    const { exporter } = testExporter({
      fetch: (_, init) => {
        bodies.push(String(init?.body));
        return new Promise((resolve) => ends.push(() => resolve(new Response("{}"))));
      },
    });
    exporter.add(Array.from({ length: 2_048 }, () => SPAN));
    const first = exporter.flush();
    exporter.add([SPAN]);
    await exporter.flush();
    expect(bodies.map((body) => body.match(/"spanId"/g)?.length)).toEqual([512, 512, 512, 512]);
    for (const end of ends) end();
    await first;
    expect(exporter.isDue).toBe(true);
  });
});
