import type { Attributes } from "./Span.ts";

/** An event of a span. */
export interface SpanEvent {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly attributes: Attributes;
}

/** A span that has ended, as it is exported. */
export interface SpanData {
  readonly name: string;
  readonly kind: "server" | "internal";
  readonly traceId: string;
  readonly spanId: string;
  /** The span of the caller, or of the same process; undefined where the trace begins. */
  readonly parentSpanId: string | undefined;
  readonly isSampled: boolean;
  /** The `tracestate` of the caller; undefined where there is none. */
  readonly traceState?: string;
  /** Milliseconds since 1970, with fractions where the clock has them. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** The message of the error; undefined for a span that did not fail. */
  readonly error: string | undefined;
}
