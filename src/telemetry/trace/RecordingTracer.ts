import { errorFacts } from "./errorFacts.ts";
import { type FillRandom, RandomIds } from "./RandomIds.ts";
import type { Sampler } from "./Sampler.ts";
import type { Attributes, ChildOptions, ServerSpanStart, Span, SpanContext, Tracer } from "./Span.ts";
import type { SpanData, SpanEvent } from "./SpanData.ts";
import { TracedRequest } from "./TracedRequest.ts";
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

/** A failing policy must not turn a sample into all reviews. */
const MAX_NOTABLE_A_SECOND = 10;
const MAX_EVENTS = 16;

/**
 * Records the spans of sampled requests. Of a request that is not sampled it keeps the server span and the notable
 * children, when there are any, of at most 10 requests in a second, whatever the caller sampled.
 */
export class RecordingTracer implements Tracer {
  readonly now: () => number;
  readonly #sampler: Sampler;
  readonly #exportSpans: RecordingTracerOptions["exportSpans"];
  readonly #ids: RandomIds;
  #notableFrom = 0;
  #notable = 0;

  constructor({ sampler, now, random, exportSpans }: RecordingTracerOptions) {
    this.now = now;
    this.#sampler = sampler;
    this.#exportSpans = exportSpans;
    this.#ids = new RandomIds(random);
  }

  startServer({ name, headers, attributes = {}, isInternal = false }: ServerSpanStart): Span {
    const parent = parseTraceparent(headers.get("traceparent"));
    const traceId = parent?.traceId ?? this.#ids.next(16);
    const request = new TracedRequest(
      { traceId, isSampled: this.#sampler(traceId, parent), admitNotable: () => this.#admitNotable() },
      this.#exportSpans,
    );
    const kind = isInternal ? "internal" : "server";
    const start = { name, kind, parentSpanId: parent?.spanId, startedAt: this.now(), isRoot: true } as const;
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

/** What the spans of a request share. */
interface Shared {
  readonly request: TracedRequest;
  readonly now: () => number;
  readonly ids: RandomIds;
}

interface SpanStart extends Pick<SpanData, "name" | "kind" | "parentSpanId" | "startedAt"> {
  readonly isRoot: boolean;
}

/** Most requests are not sampled: nothing is merged or made before it is known that the span is exported. */
class RecordedSpan implements Span {
  readonly #shared: Shared;
  readonly #start: SpanStart;
  readonly #attributes: Attributes[];
  #spanId: string | undefined;
  #events: SpanEvent[] | undefined;
  #error: string | undefined;
  #hasEnded = false;

  constructor(shared: Shared, start: SpanStart, attributes: Attributes) {
    this.#shared = shared;
    this.#start = start;
    this.#attributes = [attributes];
  }

  get isRecording(): boolean {
    return this.#shared.request.isSampled;
  }

  get context(): SpanContext {
    const { request, ids } = this.#shared;
    this.#spanId ??= ids.next(8);
    return { traceId: request.traceId, spanId: this.#spanId, isSampled: request.isSampled };
  }

  child(name: string, options?: ChildOptions): Span {
    const { request, now } = this.#shared;
    if (!request.isSampled && !(options?.isNotable === true && request.keepNotable())) return new PassedSpan(this);
    const { attributes = {}, startedAt = now() } = options ?? {};
    const start = { name, kind: "internal", parentSpanId: this.context.spanId, startedAt, isRoot: false } as const;
    return new RecordedSpan(this.#shared, start, attributes);
  }

  setAttributes(attributes: Attributes): void {
    this.#attributes.push(attributes);
  }

  addEvent(name: string, attributes: Attributes = {}): void {
    this.#events ??= [];
    if (this.#events.length < MAX_EVENTS) this.#events.push({ name, at: this.#shared.now(), attributes });
  }

  recordError(error: unknown): void {
    const { type, message } = errorFacts(error);
    this.#error = message;
    this.setAttributes({ "error.type": type });
  }

  end(): void {
    const { request, now } = this.#shared;
    if (this.#hasEnded || !request.isKept) return;
    this.#hasEnded = true;
    const { isRoot, ...start } = this.#start;
    const attributes = Object.assign({}, ...this.#attributes);
    const facts = { attributes, events: this.#events ?? [], error: this.#error };
    request.add({ ...start, ...this.context, ...facts, endedAt: now() }, isRoot);
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
