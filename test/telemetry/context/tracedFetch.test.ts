import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { createGate } from "../../../src/gate/createGate.ts";
import { nodeAsyncContext } from "../../../src/telemetry/context/nodeAsyncContext.ts";
import { tracedFetch } from "../../../src/telemetry/context/tracedFetch.ts";
import { RecordingTracer } from "../../../src/telemetry/trace/RecordingTracer.ts";
import { memoryLog, reviewCall } from "../../gate/gateCall.ts";

const seen: (string | undefined)[] = [];
const server = createServer((request, response) => {
  seen.push(String(request.headers.traceparent));
  response.end("{}");
});
beforeEach(async () => {
  seen.length = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it("tracedFetch sends the trace of the request in progress, from a lookup of clusters", async () => {
  const asyncContext = nodeAsyncContext();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const call = tracedFetch(fetch, asyncContext);
  const gate = defineGate({
    policies: [],
    clusters: async () => {
      await call(url);
      await call(new Request(url, { headers: { traceparent: "own" } }));
      return {};
    },
  });
  const exported: string[] = [];
  const tracer = new RecordingTracer({
    sampler: () => true,
    now: Date.now,
    exportSpans: (spans) => exported.push(...spans.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`)),
  });
  const app = createGate(gate, { now: Date.now, log: memoryLog(), tracer, asyncContext });
  expect((await app.fetch(reviewCall("/c/local/validate"))).status).toBe(200);
  expect(seen).toEqual([exported.at(-1), "own"]);
  await call(url);
  expect(seen.at(-1)).toBe("undefined");
});
