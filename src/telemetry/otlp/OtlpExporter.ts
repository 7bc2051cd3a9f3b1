import type { SeriesMeter } from "../metrics/SeriesMeter.ts";
import type { Attributes } from "../trace/Span.ts";
import type { SpanData } from "../trace/SpanData.ts";
import { otlpMetrics } from "./otlpMetrics.ts";
import { otlpTraces } from "./otlpTraces.ts";
import type { OtlpSettings } from "./readOtlpEnv.ts";

/** What an {@link OtlpExporter} needs. */
export interface OtlpExporterOptions {
  readonly settings: Pick<OtlpSettings, "tracesUrl" | "metricsUrl" | "headers" | "timeoutMs">;
  readonly resource: Attributes;
  readonly fetch: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The metrics to export; undefined for none. */
  readonly meter?: SeriesMeter | undefined;
  /** Is told what was given up. */
  readonly onDropped: (signal: "spans" | "metrics", count: number) => void;
  /** Is told of the first failed export after a good one. Errors have no URL and no header. */
  readonly onFailure: (error: OtlpExportError) => void;
}

/** An export that the collector did not take. */
export class OtlpExportError extends Error {
  readonly code: "otlp-refused" | "otlp-unreachable";
  /** The HTTP status of `otlp-refused`. */
  readonly status: number | undefined;
  /** What the collector asked to wait for, in milliseconds. 0 where it did not. */
  readonly retryAfterMs: number;

  constructor(code: "otlp-refused" | "otlp-unreachable", status?: number, retryAfterMs = 0) {
    super(status === undefined ? "the collector was not reached in time" : `the collector answered ${status}`);
    this.name = "OtlpExportError";
    this.code = code;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** About 2 MB of memory: a span has about a kilobyte. OpenTelemetry's BatchSpanProcessor has the same limit. */
const MAX_QUEUED = 2_048;
/** Spans of one export, as in the BatchSpanProcessor. */
const MAX_BATCH = 512;
/** Exports at one time. A collector that does not answer must not hold more. */
const MAX_EXPORTS = 4;
/** Between two exports of metrics. */
const METRICS_EVERY_MS = 60_000;
/** What the OTLP specification lets a client send again. */
const RETRYABLE = [429, 502, 503, 504];
/** The longest `Retry-After` that is followed. The queue is full before, and a wrong header must not end the telemetry. */
const MAX_RETRY_AFTER_MS = 60_000;

interface Queued {
  readonly span: SpanData;
  /** Whether an export with it failed. It is sent once more. */
  readonly isAgain: boolean;
}

/**
 * Sends spans and metrics to a collector as OTLP/HTTP with JSON. A review never waits for it: spans go into a bounded queue,
 * {@link flush} sends them, and what does not fit or is refused twice is dropped and counted.
 */
export class OtlpExporter {
  readonly #options: OtlpExporterOptions;
  #queue: Queued[] = [];
  /** When each export in progress ends at the latest. A runtime can drop a request without any notice. */
  readonly #exports = new Set<{ readonly until: number }>();
  #hasFailed = false;
  #metricsFrom: number;
  /** Nothing is sent for {@link #waitMs} from here: a collector that is busy asked for it. */
  #waitFrom = 0;
  #waitMs = 0;

  constructor(options: OtlpExporterOptions) {
    this.#options = options;
    this.#metricsFrom = options.now();
  }

  /** Queues spans. Never throws and never waits. */
  add(spans: readonly SpanData[]): void {
    this.#enqueue(spans.map((span) => ({ span, isAgain: false })));
  }

  /** Whether {@link flush} would send something. */
  get isDue(): boolean {
    return !this.#isWaiting && (this.#queue.length > 0 || this.#areMetricsDue);
  }

  /**
   * Sends what is due: the spans of the queue, and the metrics once a minute, or all of it with `isLast`. Resolves when the
   * collector has answered or the time is over. Never rejects. Each call has its own requests, because a Worker must not wait for those
   * of another call.
   */
  async flush(isLast = false): Promise<void> {
    const { settings, meter } = this.#options;
    const { tracesUrl, metricsUrl } = settings;
    if (this.#isWaiting && !isLast) return;
    const sent: Promise<unknown>[] = [];
    while (tracesUrl !== undefined && this.#queue.length > 0 && this.#hasRoom())
      sent.push(this.#sendSpans(tracesUrl, this.#queue.splice(0, MAX_BATCH)));
    if (metricsUrl !== undefined && meter !== undefined && (isLast || this.#areMetricsDue))
      sent.push(this.#sendMetrics(metricsUrl, meter));
    await Promise.all(sent);
  }

  get #isWaiting(): boolean {
    // Also for a clock that went back.
    return this.#waitMs > 0 && Math.abs(this.#options.now() - this.#waitFrom) < this.#waitMs;
  }

  get #areMetricsDue(): boolean {
    const { meter, now, settings } = this.#options;
    if (meter === undefined || settings.metricsUrl === undefined) return false;
    return Math.abs(now() - this.#metricsFrom) >= METRICS_EVERY_MS;
  }

  #hasRoom(): boolean {
    const at = this.#options.now();
    for (const one of this.#exports) if (one.until < at) this.#exports.delete(one);
    return this.#exports.size < MAX_EXPORTS;
  }

  #enqueue(queued: readonly Queued[]): void {
    const room = Math.max(0, MAX_QUEUED - this.#queue.length);
    this.#queue.push(...queued.slice(0, room));
    if (queued.length > room) this.#options.onDropped("spans", queued.length - room);
  }

  async #sendSpans(url: string, batch: readonly Queued[]): Promise<void> {
    const body = otlpTraces(
      batch.map(({ span }) => span),
      this.#options.resource,
    );
    const error = await this.#post(url, body);
    if (error === undefined) return;
    const again = isRetryable(error) ? batch.filter(({ isAgain }) => !isAgain) : [];
    this.#enqueue(again.map(({ span }) => ({ span, isAgain: true })));
    if (batch.length > again.length) this.#options.onDropped("spans", batch.length - again.length);
  }

  /** Metrics that are refused are lost: they would have to be added to the next ones. */
  async #sendMetrics(url: string, meter: SeriesMeter): Promise<void> {
    const period = { from: this.#metricsFrom, to: this.#options.now() };
    this.#metricsFrom = period.to;
    const points = meter.collect();
    if (points.length === 0) return;
    const error = await this.#post(url, otlpMetrics(points, period, this.#options.resource));
    if (error !== undefined) this.#options.onDropped("metrics", 1);
  }

  async #post(url: string, body: string): Promise<OtlpExportError | undefined> {
    const { fetch, now, settings } = this.#options;
    const one = { until: now() + settings.timeoutMs };
    this.#exports.add(one);
    let error: OtlpExportError | undefined;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { ...settings.headers, "content-type": "application/json" },
        body,
        redirect: "manual",
        signal: AbortSignal.timeout(settings.timeoutMs),
      });
      // An unread body would hold the connection.
      await response.body?.cancel();
      if (!response.ok) error = new OtlpExportError("otlp-refused", response.status, retryAfterMs(response, now()));
    } catch {
      error = new OtlpExportError("otlp-unreachable");
    } finally {
      this.#exports.delete(one);
    }
    if (error !== undefined && !this.#hasFailed) this.#options.onFailure(error);
    this.#hasFailed = error !== undefined;
    this.#waitFrom = now();
    this.#waitMs = error?.retryAfterMs ?? 0;
    return error;
  }
}

/** `Retry-After` of RFC 9110: seconds or a date. */
function retryAfterMs({ status, headers }: Response, now: number): number {
  const text = RETRYABLE.includes(status) ? headers.get("retry-after") : null;
  if (text === null) return 0;
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return wait > 0 ? Math.min(wait, MAX_RETRY_AFTER_MS) : 0;
}

function isRetryable({ status }: OtlpExportError): boolean {
  return status === undefined || RETRYABLE.includes(status);
}
