import { expect, it } from "vitest";
import { noTracer } from "../../../src/telemetry/trace/noTracer.ts";

it("noTracer has ids for the log, in the trace of the caller", () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const span = noTracer.startServer({ describe: () => ({ name: "" }), headers: new Headers({ traceparent }) });
  expect(span.context).toEqual({
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    isSampled: false,
  });
  expect([span.child("a").context, span.isRecording]).toEqual([span.context, false]);
});

it("noTracer reads no header until an id is asked for", () => {
  const headers = {
    get: (): string => {
      throw new Error("read");
    },
  };
  const span = noTracer.startServer({ describe: () => ({ name: "" }), headers });
  expect(() => span.context).toThrow("read");
});
