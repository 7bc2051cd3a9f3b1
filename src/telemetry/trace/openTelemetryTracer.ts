import { errorFacts } from "./errorFacts.ts";
import type { Attributes, ChildOptions, ServerSpanStart, Span, SpanContext, Tracer } from "./Span.ts";
import { readTraceHeaders } from "./traceHeaders.ts";

interface OtelContext {
  getValue(key: symbol): unknown;
}

interface OtelTraceState {
  serialize(): string;
}

interface OtelSpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote?: boolean | undefined;
  readonly traceState?: OtelTraceState | undefined;
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
  /** From 1.1. Without it `tracestate` is not passed on. */
  createTraceState?(text: string): OtelTraceState;
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
    startServer({ headers, describe, isInternal = false }: ServerSpanStart): Span {
      const { name, attributes = {} } = describe();
      const parent = readTraceHeaders(headers);
      const context =
        parent === undefined
          ? api.ROOT_CONTEXT
          : api.trace.setSpan(api.ROOT_CONTEXT, api.trace.wrapSpanContext(remoteContext(api, parent)));
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
    const { traceId, spanId, traceFlags, traceState } = this.#span.spanContext();
    const isSampled = (traceFlags & SAMPLED) !== 0;
    return { traceId, spanId, isSampled, ...(traceState === undefined ? {} : { traceState: traceState.serialize() }) };
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

function remoteContext(
  api: OpenTelemetryApi,
  { traceId, spanId, isSampled, traceState }: SpanContext,
): OtelSpanContext {
  const state = traceState === undefined ? undefined : api.createTraceState?.(traceState);
  return {
    traceId,
    spanId,
    traceFlags: isSampled ? SAMPLED : 0,
    isRemote: true,
    ...(state === undefined ? {} : { traceState: state }),
  };
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
