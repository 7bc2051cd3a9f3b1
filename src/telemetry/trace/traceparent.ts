import type { SpanContext } from "./Span.ts";

/** `version "-" trace-id "-" parent-id "-" trace-flags` (W3C Trace Context level 1, section 3.2), in lower case. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);
const SAMPLED = 1;

/**
 * Reads a `traceparent` header. Undefined for what the specification does not accept: the version `ff`, ids of zeros,
 * upper case, or more than four fields in version `00`. Of a later version the known fields are read.
 */
export function parseTraceparent(header: string | null | undefined): SpanContext | undefined {
  // Most requests have none.
  if (header === null || header === undefined) return undefined;
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(header) ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === "ff" || (version === "00" && more !== undefined)) return undefined;
  if (traceId === NO_TRACE || spanId === NO_SPAN) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

/** Writes a `traceparent` header of version `00`. */
export function formatTraceparent({ traceId, spanId, isSampled }: SpanContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}
