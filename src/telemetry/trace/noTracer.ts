import { randomId } from "./randomId.ts";
import type { ServerSpanStart, Span, SpanContext, Tracer } from "./Span.ts";
import { readTraceHeaders } from "./traceHeaders.ts";

/** A tracer that records nothing. Its spans have ids, so that the log lines of a request belong together. */
export const noTracer: Tracer = {
  now: Date.now,
  startServer: ({ headers }) => new UnrecordedSpan(headers),
};

/** The ids are made when they are asked for: most requests write no line. */
class UnrecordedSpan implements Span {
  readonly isRecording = false;
  readonly #headers: ServerSpanStart["headers"];
  #context: SpanContext | undefined;

  constructor(headers: ServerSpanStart["headers"]) {
    this.#headers = headers;
  }

  get context(): SpanContext {
    this.#context ??= {
      ...(readTraceHeaders(this.#headers) ?? { traceId: randomId(16) }),
      spanId: randomId(8),
      isSampled: false,
    };
    return this.#context;
  }

  child(): Span {
    return this;
  }
  setAttributes(): void {}
  addEvent(): void {}
  recordError(): void {}
  end(): void {}
}
