import { errorFacts } from "./errorFacts.ts";
import { type FillRandom, randomId } from "./randomId.ts";
import type { Sampler } from "./Sampler.ts";
import type { Attributes, ChildOptions, ServerSpanStart, Span, SpanContext, Tracer } from "./Span.ts";
import type { SpanData, SpanEvent } from "./SpanData.ts";
import { parseTraceparent } from "./traceparent.ts";

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

/** A request has tens of spans. The limit is for a gate with hundreds of policies. */
const MAX_SPANS = 256;
/** A failing policy must not turn a sample into all reviews. */
const MAX_NOTABLE_A_SECOND = 10;
const MAX_EVENTS = 16;

/**
 * Records the spans of sampled requests. Of a request that is not sampled it keeps the server span and the notable
 * children, when there are any, of at most 10 requests in a second, whatever the caller sampled.
 */
export class RecordingTracer implements Tracer {
  readonly options: RecordingTracerOptions;
  #notableFrom = 0;
  #notable = 0;

  constructor(options: RecordingTracerOptions) {
    this.options = options;
  }

  get now(): () => number {
    return this.options.now;
  }

  startServer({ name, headers, attributes = {}, isInternal = false }: ServerSpanStart): Span {
    const { sampler, now, random } = this.options;
    const parent = parseTraceparent(headers.get("traceparent"));
    const traceId = parent?.traceId ?? randomId(16, random);
    const request = new TracedRequest(this, traceId, sampler(traceId, parent));
    const kind = isInternal ? "internal" : "server";
    const start = { name, kind, parentSpanId: parent?.spanId, startedAt: now(), attributes } as const;
    return new RecordedSpan(request, start, true);
  }

  /** Whether another request with notable spans is kept. */
  admitNotable(): boolean {
    const at = this.options.now();
    if (Math.abs(at - this.#notableFrom) >= 1_000) {
      this.#notableFrom = at;
      this.#notable = 0;
    }
    this.#notable += 1;
    return this.#notable <= MAX_NOTABLE_A_SECOND;
  }
}

/** The spans of one request. */
class TracedRequest {
  readonly tracer: RecordingTracer;
  readonly traceId: string;
  readonly isSampled: boolean;
  /** Set by the first notable child. */
  #isKept: boolean | undefined;
  #ended: SpanData[] | undefined = [];
  #dropped = 0;

  constructor(tracer: RecordingTracer, traceId: string, isSampled: boolean) {
    this.tracer = tracer;
    this.traceId = traceId;
    this.isSampled = isSampled;
  }

  keepNotable(): boolean {
    this.#isKept ??= this.tracer.admitNotable();
    return this.#isKept;
  }

  /** `isRoot`: the span that all others of the request are in. Those that end later are exported one by one. */
  add(span: SpanData, isRoot: boolean): void {
    const { exportSpans } = this.tracer.options;
    if (!this.isSampled && this.#isKept !== true) return;
    if (this.#ended === undefined) {
      exportSpans([span]);
      return;
    }
    if (this.#ended.length >= MAX_SPANS && !isRoot) {
      this.#dropped += 1;
      return;
    }
    const dropped = this.#dropped > 0 ? { "postern.spans.dropped": this.#dropped } : {};
    this.#ended.push(isRoot ? { ...span, attributes: { ...span.attributes, ...dropped } } : span);
    if (!isRoot) return;
    exportSpans(this.#ended);
    this.#ended = undefined;
  }
}

type SpanStart = Pick<SpanData, "name" | "kind" | "parentSpanId" | "startedAt" | "attributes">;

class RecordedSpan implements Span {
  readonly #request: TracedRequest;
  readonly #start: SpanStart;
  readonly #isRoot: boolean;
  #spanId: string | undefined;
  #attributes: Attributes;
  #events: SpanEvent[] | undefined;
  #error: string | undefined;
  #hasEnded = false;

  constructor(request: TracedRequest, start: SpanStart, isRoot = false) {
    this.#isRoot = isRoot;
    this.#request = request;
    this.#start = start;
    this.#attributes = start.attributes;
  }

  get isRecording(): boolean {
    return this.#request.isSampled;
  }

  get context(): SpanContext {
    const { tracer, traceId, isSampled } = this.#request;
    this.#spanId ??= randomId(8, tracer.options.random);
    return { traceId, spanId: this.#spanId, isSampled };
  }

  child(name: string, { attributes = {}, startedAt, isNotable = false }: ChildOptions = {}): Span {
    const { isSampled, tracer } = this.#request;
    if (!isSampled && !(isNotable && this.#request.keepNotable())) return new PassedSpan(this);
    const parentSpanId = this.context.spanId;
    const at = startedAt ?? tracer.options.now();
    return new RecordedSpan(this.#request, { name, kind: "internal", parentSpanId, startedAt: at, attributes });
  }

  setAttributes(attributes: Attributes): void {
    this.#attributes = { ...this.#attributes, ...attributes };
  }

  addEvent(name: string, attributes: Attributes = {}): void {
    this.#events ??= [];
    if (this.#events.length < MAX_EVENTS)
      this.#events.push({ name, at: this.#request.tracer.options.now(), attributes });
  }

  recordError(error: unknown): void {
    const { type, message } = errorFacts(error);
    this.#error = message;
    this.setAttributes({ "error.type": type });
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { traceId, spanId, isSampled } = this.context;
    const attributes = this.#attributes;
    const [events, error, endedAt] = [this.#events ?? [], this.#error, this.#request.tracer.options.now()];
    this.#request.add({ ...this.#start, traceId, spanId, isSampled, endedAt, attributes, events, error }, this.#isRoot);
  }
}

/** A child that is not recorded. Its notable children belong to the span above it. */
class PassedSpan implements Span {
  readonly isRecording = false;
  readonly #above: Span;

  constructor(above: Span) {
    this.#above = above;
  }

  get context(): SpanContext {
    return this.#above.context;
  }

  child(name: string, options?: ChildOptions): Span {
    return this.#above.child(name, options);
  }
  setAttributes(): void {}
  addEvent(): void {}
  recordError(): void {}
  end(): void {}
}
