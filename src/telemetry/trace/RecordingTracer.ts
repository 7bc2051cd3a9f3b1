import { type FillRandom, RandomIds } from "./RandomIds.ts";
import { RecordedSpan } from "./RecordedSpan.ts";
import type { Sampler } from "./Sampler.ts";
import type { ServerSpanStart, Span, SpanContext, Tracer } from "./Span.ts";
import type { SpanData } from "./SpanData.ts";
import { TracedRequest } from "./TracedRequest.ts";
import { parseTraceparent } from "./traceparent.ts";
import { parseTracestate } from "./tracestate.ts";
import { type SpanSource, UnsampledSpan } from "./UnsampledSpan.ts";

/** What a {@link RecordingTracer} needs. */
export interface RecordingTracerOptions {
  readonly sampler: Sampler;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Default: `crypto.getRandomValues`. */
  readonly random?: FillRandom;
  /** Takes the spans of a request when it has ended, and later spans one by one. It must not throw, and not wait. */
  readonly exportSpans: (spans: readonly SpanData[]) => void;
}

/** A failing policy must not turn a sample into all reviews. */
const MAX_NOTABLE_A_SECOND = 10;

/** What is known of a request when it starts. */
interface RequestStart {
  readonly given: ServerSpanStart;
  readonly parent: SpanContext | undefined;
  /** The last bits of the id of a trace that begins here. */
  readonly randomBits: number;
  readonly startedAt: number;
}

/**
 * Records the spans of sampled requests. Of a request that is not sampled it keeps the server span and the notable
 * children, when there are any, of at most 10 requests in a second, whatever the caller sampled.
 */
export class RecordingTracer implements Tracer {
  readonly now: () => number;
  readonly #sampler: Sampler;
  readonly #exportSpans: RecordingTracerOptions["exportSpans"];
  readonly #ids: RandomIds;
  readonly #unsampled: SpanSource<RequestStart>;
  #notableFrom = 0;
  #notable = 0;

  constructor({ sampler, now, random, exportSpans }: RecordingTracerOptions) {
    this.now = now;
    this.#sampler = sampler;
    this.#exportSpans = exportSpans;
    this.#ids = new RandomIds(random);
    this.#unsampled = {
      identify: (start) => this.#contextOf(start, false),
      keep: (start, context) => (this.#admitNotable() ? this.#recorded(start, context) : undefined),
    };
  }

  startServer(given: ServerSpanStart): Span {
    const parent = parseTraceparent(given.headers.get("traceparent"));
    const randomBits = parent === undefined ? this.#ids.bits() : 0;
    const start: RequestStart = { given, parent, randomBits, startedAt: this.now() };
    if (!this.#sampler(randomBits, parent)) return new UnsampledSpan(this.#unsampled, start);
    return this.#recorded(start, this.#contextOf(start, true));
  }

  #contextOf({ given, parent, randomBits }: RequestStart, isSampled: boolean): SpanContext {
    const spanId = this.#ids.spanId();
    if (parent === undefined) return { traceId: this.#ids.traceId(randomBits), spanId, isSampled };
    const traceState = parseTracestate(given.headers.get("tracestate"));
    return { traceId: parent.traceId, spanId, isSampled, ...(traceState === undefined ? {} : { traceState }) };
  }

  #recorded({ given, parent, startedAt }: RequestStart, { spanId, ...trace }: SpanContext): Span {
    const request = new TracedRequest(trace, this.#exportSpans);
    const { name, attributes = {} } = given.describe();
    const kind = given.isInternal === true ? "internal" : "server";
    const start = { name, kind, spanId, parentSpanId: parent?.spanId, startedAt, isRoot: true } as const;
    return new RecordedSpan({ request, now: this.now, ids: this.#ids }, start, attributes);
  }

  /** Whether another request with notable spans is kept. */
  #admitNotable(): boolean {
    const at = this.now();
    if (Math.abs(at - this.#notableFrom) >= 1_000) {
      this.#notableFrom = at;
      this.#notable = 0;
    }
    this.#notable += 1;
    return this.#notable <= MAX_NOTABLE_A_SECOND;
  }
}
