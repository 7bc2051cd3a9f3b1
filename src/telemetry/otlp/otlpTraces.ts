import type { Attributes } from "../trace/Span.ts";
import type { SpanData } from "../trace/SpanData.ts";
import { otlpAttributes, otlpTime, SCOPE } from "./otlpAttributes.ts";

/** `SPAN_KIND_SERVER` and `SPAN_KIND_INTERNAL` (opentelemetry-proto, trace.proto). */
const KINDS = { server: 2, internal: 1 } as const;
const STATUS_ERROR = 2;
/** Bit 0 is the sampled flag. Bits 8 and 9 say whether the parent is in another process: it is known, and it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/** Spans as the JSON of an `ExportTraceServiceRequest`. `resource` describes the process. */
export function otlpTraces(spans: readonly SpanData[], resource: Attributes): string {
  const encoded = spans.map((span) => ({
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.traceState === undefined ? {} : { traceState: span.traceState }),
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    flags:
      (span.isSampled ? 1 : 0) |
      HAS_IS_REMOTE |
      (span.kind === "server" && span.parentSpanId !== undefined ? IS_REMOTE : 0),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: otlpTime(span.startedAt),
    endTimeUnixNano: otlpTime(Math.max(span.startedAt, span.endedAt)),
    attributes: otlpAttributes(span.attributes),
    ...(span.events.length === 0
      ? {}
      : {
          events: span.events.map(({ name, at, attributes }) => ({
            timeUnixNano: otlpTime(at),
            name,
            attributes: otlpAttributes(attributes),
          })),
        }),
    status: span.error === undefined ? {} : { code: STATUS_ERROR, message: span.error },
  }));
  return JSON.stringify({
    resourceSpans: [
      { resource: { attributes: otlpAttributes(resource) }, scopeSpans: [{ scope: SCOPE, spans: encoded }] },
    ],
  });
}
