import type { SpanContext } from "./Span.ts";
import { formatTraceparent, parseTraceparent } from "./traceparent.ts";
import { parseTracestate } from "./tracestate.ts";

/** The headers that say which span a request belongs to (W3C Trace Context): `traceparent`, and `tracestate` where there is one. */
export type TraceHeaders = Readonly<Record<string, string>>;

/** The headers for a request that a span makes. */
export function traceHeaders(context: SpanContext): TraceHeaders {
  const { traceState } = context;
  const traceparent = formatTraceparent(context);
  return traceState === undefined ? { traceparent } : { traceparent, tracestate: traceState };
}

/** The span that a request was made by; undefined without a valid `traceparent`. Then `tracestate` does not count either. */
export function readTraceHeaders(headers: { get(name: string): string | null }): SpanContext | undefined {
  const parent = parseTraceparent(headers.get("traceparent"));
  if (parent === undefined) return undefined;
  const traceState = parseTracestate(headers.get("tracestate"));
  return traceState === undefined ? parent : { ...parent, traceState };
}
