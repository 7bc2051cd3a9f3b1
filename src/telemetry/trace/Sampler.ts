import type { SpanContext } from "./Span.ts";

/**
 * Decides whether a trace is sampled. `parent` is the caller's span; undefined for a trace that begins here. `randomBits` are
 * the last 52 bits of the id of such a trace: a number holds them exactly, and the id itself need not be made for most traces.
 * They are among the random ones of W3C Trace Context level 2.
 */
export type Sampler = (randomBits: number, parent: SpanContext | undefined) => boolean;

/**
 * Samples what the caller sampled, and of the traces that begin here a share by their id (`parentbased_traceidratio` of
 * OpenTelemetry). `ratio` is from 0 to 1. Every gate comes to the same decision on the same trace.
 */
export function ratioSampler(ratio: number): Sampler {
  const limit = ratio * 2 ** 52;
  return (randomBits, parent) => (parent === undefined ? randomBits < limit : parent.isSampled);
}
