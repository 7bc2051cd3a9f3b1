import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { createGate } from "../../../src/gate/createGate.ts";
import { createLambda } from "../../../src/hosts/createLambda.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { nodeAsyncContext } from "../../../src/telemetry/context/nodeAsyncContext.ts";
import { tracedFetch } from "../../../src/telemetry/context/tracedFetch.ts";
import { RecordingTracer } from "../../../src/telemetry/trace/RecordingTracer.ts";
import { readReview } from "../../fixtures/readReview.ts";
import { JSON_HEADERS } from "../../functions/Runtime.ts";
import { functionUrlEvent } from "../../functions/startLambda.ts";
import { memoryLog, reviewCall } from "../../gate/gateCall.ts";

const seen: string[] = [];
const states: string[] = [];
const server = createServer((request, response) => {
  seen.push(String(request.headers.traceparent));
  states.push(String(request.headers.tracestate));
  response.end("{}");
});
beforeEach(async () => {
  seen.length = 0;
  states.length = 0;
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
      return { identity: "none" };
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

it.each<[string, string, string]>([
  ["a valid tracestate", "vendor=1, b=2", "vendor=1,b=2"],
  ["one that is not valid", "VENDOR=1", "undefined"],
])("a policy of a gate on Lambda sends the trace with tracedFetch: %s", async (_, tracestate, passed) => {
  const asyncContext = nodeAsyncContext();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const call = tracedFetch(fetch, asyncContext);
  const asks = policy({
    name: "asks",
    match: { resources: ["pods"] },
    validate: async ({ deadline }) => {
      await call(url, { signal: deadline });
    },
  });
  const handler = createLambda(
    defineGate({ policies: [asks], clusters: { local: { identity: "none" } } }),
    {},
    { asyncContext },
  );
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const headers = { ...JSON_HEADERS, traceparent: `00-${traceId}-b7ad6b7169203331-00`, tracestate };
  const body = readReview("validate-v1-create-pods-2");
  const answer = await handler(functionUrlEvent({ path: "/c/local/validate?timeout=10s", headers, body }, "text"));
  expect(answer.statusCode).toBe(200);
  expect(seen).toEqual([expect.stringMatching(new RegExp(`^00-${traceId}-(?!b7ad)[0-9a-f]{16}-00$`))]);
  expect(states).toEqual([passed]);
});
