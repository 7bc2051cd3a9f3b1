import { type RelayedMeasurement, RelayedMetrics } from "../../telemetry/metrics/RelayedMetrics.ts";
import type { Telemetry } from "../../telemetry/Telemetry.ts";
import { RecordingTracer } from "../../telemetry/trace/RecordingTracer.ts";
import type { Tracer } from "../../telemetry/trace/Span.ts";
import type { SpanData } from "../../telemetry/trace/SpanData.ts";

/** What a thread measured since its last answer. */
export interface RelayedTelemetry {
  readonly spans: SpanData[];
  readonly measurements: RelayedMeasurement[];
}

/** The telemetry of a thread: it has no exporter, and sends what it measured with each answer. */
export interface ThreadTelemetry {
  readonly tracer: Tracer | undefined;
  readonly metrics: RelayedMetrics;
  take(): RelayedTelemetry;
}

/**
 * Makes the telemetry of a thread from that of the process. A tracer that exports by itself, such as one of an SDK, is used as
 * it is. The process has decided what is sampled: its decision is in the trace of each call.
 */
export function threadTelemetry(own: Telemetry | undefined): ThreadTelemetry {
  const metrics = new RelayedMetrics();
  let spans: SpanData[] = [];
  const now = own?.tracer?.now ?? Date.now;
  const sampler = (_: number, parent: { readonly isSampled: boolean } | undefined): boolean =>
    parent?.isSampled ?? false;
  const exportSpans = (ended: readonly SpanData[]): void => {
    spans.push(...ended);
  };
  return {
    tracer: own?.exportSpans === undefined ? own?.tracer : new RecordingTracer({ sampler, now, exportSpans }),
    metrics,
    take: () => {
      const taken = { spans, measurements: metrics.take() };
      spans = [];
      return taken;
    },
  };
}
