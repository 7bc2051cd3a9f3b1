import type { SpanContext } from "./Span.ts";

/** Decides whether a trace is sampled. `parent` is the caller's span; undefined for a trace that begins here. */
export type Sampler = (traceId: string, parent: SpanContext | undefined) => boolean;

/** The hex digits that are compared: 52 bits, which a number holds exactly. They are the random ones of W3C Trace Context level 2. */
const DIGITS = 13;

/**
 * Samples what the caller sampled, and of the traces that begin here a share by their id (`parentbased_traceidratio` of
 * OpenTelemetry). `ratio` is from 0 to 1. Every gate comes to the same decision on the same trace.
 */
export function ratioSampler(ratio: number): Sampler {
  return (traceId, parent) =>
    parent === undefined ? Number.parseInt(traceId.slice(-DIGITS), 16) < ratio * 16 ** DIGITS : parent.isSampled;
}
