import { errorFacts } from "./errorFacts.ts";
import type { RandomIds } from "./RandomIds.ts";
import type { Attributes, ChildOptions, Span, SpanContext } from "./Span.ts";
import type { SpanData, SpanEvent } from "./SpanData.ts";
import type { TracedRequest } from "./TracedRequest.ts";
import { PassedSpan } from "./UnsampledSpan.ts";

const MAX_EVENTS = 16;

/** What the spans of a request share. */
export interface SharedParts {
  readonly request: TracedRequest;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly ids: RandomIds;
}

/** What a {@link RecordedSpan} starts with. */
export interface RecordedStart extends Pick<SpanData, "name" | "kind" | "spanId" | "parentSpanId" | "startedAt"> {
  /** Whether all other spans of the request are in it. */
  readonly isRoot: boolean;
}

/** A span that is exported. */
export class RecordedSpan implements Span {
  readonly isRecording: boolean;
  readonly context: SpanContext;
  readonly #shared: SharedParts;
  readonly #start: RecordedStart;
  readonly #attributes: Attributes[];
  #events: SpanEvent[] | undefined;
  #error: string | undefined;
  #hasEnded = false;

  constructor(shared: SharedParts, start: RecordedStart, attributes: Attributes) {
    const { trace } = shared.request;
    this.#shared = shared;
    this.#start = start;
    this.#attributes = [attributes];
    this.isRecording = trace.isSampled;
    this.context = { ...trace, spanId: start.spanId };
  }

  child(name: string, options: ChildOptions = {}): Span {
    if (!this.isRecording && options.isNotable !== true) return new PassedSpan(this);
    const { now, ids } = this.#shared;
    const { attributes = {}, startedAt = now() } = options;
    const { spanId: parentSpanId } = this.context;
    const start = { name, kind: "internal", spanId: ids.spanId(), parentSpanId, startedAt, isRoot: false } as const;
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
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { request, now } = this.#shared;
    const { isRoot, ...start } = this.#start;
    const attributes = Object.assign({}, ...this.#attributes);
    const facts = { attributes, events: this.#events ?? [], error: this.#error };
    request.add({ ...request.trace, ...start, ...facts, endedAt: now() }, isRoot);
  }
}
