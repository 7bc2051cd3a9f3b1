import { errorFacts } from "./errorFacts.ts";
import type { Attributes, ChildOptions, ServerSpanStart, Span, SpanContext, Tracer } from "./Span.ts";
import { parseTraceparent } from "./traceparent.ts";

interface OtelContext {
  getValue(key: symbol): unknown;
}

interface OtelSpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote?: boolean | undefined;
}

interface OtelSpan {
  spanContext(): OtelSpanContext;
  isRecording(): boolean;
  setAttributes(attributes: Record<string, string | number | boolean | string[]>): unknown;
  addEvent(name: string, attributes?: Record<string, string | number | boolean | string[]>): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}

interface OtelTracer {
  startSpan(
    name: string,
    options?: { kind?: number; startTime?: number; attributes?: Record<string, string | number | boolean | string[]> },
    context?: OtelContext,
  ): OtelSpan;
}

/** What is used of the module `@opentelemetry/api`, from 1.0: `import * as api from "@opentelemetry/api"`. */
export interface OpenTelemetryApi {
  readonly ROOT_CONTEXT: OtelContext;
  readonly trace: {
    getTracer(name: string): OtelTracer;
    setSpan(context: OtelContext, span: OtelSpan): OtelContext;
    wrapSpanContext(context: OtelSpanContext): OtelSpan;
  };
}

/** `SpanKind` and `SpanStatusCode` of the API. */
const INTERNAL = 0;
const SERVER = 1;
const ERROR = 2;
const SAMPLED = 1;

/**
 * A tracer whose spans are made by the OpenTelemetry SDK of the process, with its sampler, processors and exporters:
 *
 * ```ts
 * import * as api from "@opentelemetry/api";
 * const telemetry = () => ({ tracer: openTelemetryTracer(api), isDue: false, flush: async () => undefined });
 * ```
 *
 * `now` is the clock of the spans, in milliseconds since 1970. A trace that the SDK's sampler leaves out has no spans, also
 * not those of policies that failed.
 */
export function openTelemetryTracer(api: OpenTelemetryApi, now: () => number = Date.now): Tracer {
  const tracer = api.trace.getTracer("postern");
  return {
    now,
    startServer({ name, headers, attributes = {}, isInternal = false }: ServerSpanStart): Span {
      const parent = parseTraceparent(headers.get("traceparent"));
      const context =
        parent === undefined
          ? api.ROOT_CONTEXT
          : api.trace.setSpan(api.ROOT_CONTEXT, api.trace.wrapSpanContext(remoteContext(parent)));
      const kind = isInternal ? INTERNAL : SERVER;
      const span = tracer.startSpan(name, { kind, attributes: defined(attributes) }, context);
      return new AdaptedSpan({ api, tracer }, span, api.trace.setSpan(context, span));
    },
  };
}

class AdaptedSpan implements Span {
  readonly #sdk: { readonly api: OpenTelemetryApi; readonly tracer: OtelTracer };
  readonly #span: OtelSpan;
  /** With this span as the current one. */
  readonly #inside: OtelContext;

  constructor(
    sdk: { readonly api: OpenTelemetryApi; readonly tracer: OtelTracer },
    span: OtelSpan,
    inside: OtelContext,
  ) {
    this.#sdk = sdk;
    this.#span = span;
    this.#inside = inside;
  }

  get isRecording(): boolean {
    return this.#span.isRecording();
  }

  get context(): SpanContext {
    const { traceId, spanId, traceFlags } = this.#span.spanContext();
    return { traceId, spanId, isSampled: (traceFlags & SAMPLED) !== 0 };
  }

  child(name: string, { attributes = {}, startedAt }: ChildOptions = {}): Span {
    const { api, tracer } = this.#sdk;
    const options = {
      kind: INTERNAL,
      attributes: defined(attributes),
      ...(startedAt === undefined ? {} : { startTime: startedAt }),
    };
    const span = tracer.startSpan(name, options, this.#inside);
    return new AdaptedSpan(this.#sdk, span, api.trace.setSpan(this.#inside, span));
  }

  setAttributes(attributes: Attributes): void {
    this.#span.setAttributes(defined(attributes));
  }

  addEvent(name: string, attributes: Attributes = {}): void {
    this.#span.addEvent(name, defined(attributes));
  }

  recordError(error: unknown): void {
    const { type, message } = errorFacts(error);
    this.#span.setAttributes({ "error.type": type });
    this.#span.setStatus({ code: ERROR, message });
  }

  end(): void {
    this.#span.end();
  }
}

function remoteContext({ traceId, spanId, isSampled }: SpanContext): OtelSpanContext {
  return { traceId, spanId, traceFlags: isSampled ? SAMPLED : 0, isRemote: true };
}

function defined(attributes: Attributes): Record<string, string | number | boolean | string[]> {
  const entries = Object.entries(attributes).flatMap(
    ([name, value]): [string, string | number | boolean | string[]][] => {
      if (value === undefined) return [];
      return [[name, typeof value === "object" ? [...value] : value]];
    },
  );
  return Object.fromEntries(entries);
}
