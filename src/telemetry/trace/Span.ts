/** The value of an attribute, as OpenTelemetry has them. */
export type AttributeValue = string | number | boolean | readonly string[];

/** Attributes by name. A name without a value is left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** What identifies a span across processes (W3C Trace Context). */
export interface SpanContext {
  /** 32 hex digits in lower case. */
  readonly traceId: string;
  /** 16 hex digits in lower case. */
  readonly spanId: string;
  readonly isSampled: boolean;
  /** The `tracestate` of the trace's caller, which is passed on; undefined where there is none. */
  readonly traceState?: string;
}

/** Options of a child span. */
export interface ChildOptions {
  readonly attributes?: Attributes;
  /** When the work began, in milliseconds since 1970. Default: now. */
  readonly startedAt?: number;
  /** Whether the span is worth to be kept in a trace that is not sampled, such as one of a policy that failed. Default: false. */
  readonly isNotable?: boolean;
}

/** One operation of a trace. No method throws. After `end` a span does not change. */
export interface Span {
  readonly context: SpanContext;
  /** Whether every child is kept. Without it, only children with `isNotable` are. */
  readonly isRecording: boolean;
  child(name: string, options?: ChildOptions): Span;
  setAttributes(attributes: Attributes): void;
  addEvent(name: string, attributes?: Attributes): void;
  /** Marks the span as failed, with the type of the error and its message without secrets. */
  recordError(error: unknown): void;
  end(): void;
}

/** What a server span says of its request. */
export interface SpanDescription {
  /** Of few values, such as `POST /c/{cluster}/validate`. */
  readonly name: string;
  readonly attributes?: Attributes;
}

/** What a server span starts with. */
export interface ServerSpanStart {
  /** The headers of the request: `traceparent` and `tracestate` are read from them, when they are needed. */
  readonly headers: { get(name: string): string | null };
  /** Called when the span is recorded, which is later or never in a trace that is not sampled. */
  readonly describe: () => SpanDescription;
  /** Whether the caller is the same process, such as for a thread of its own. Default: false. */
  readonly isInternal?: boolean;
}

/** Starts the span of a request. */
export interface Tracer {
  /** The clock of its spans, in milliseconds since 1970. */
  readonly now: () => number;
  startServer(start: ServerSpanStart): Span;
}
