import type { GateMetrics } from "../metrics/GateMetrics.ts";
import { MeteredGate } from "../metrics/MeteredGate.ts";
import { SeriesMeter } from "../metrics/SeriesMeter.ts";
import type { RuntimeFacts, Telemetry, TelemetryHost } from "../Telemetry.ts";
import { RecordingTracer } from "../trace/RecordingTracer.ts";
import { ratioSampler } from "../trace/Sampler.ts";
import { OtlpExporter } from "./OtlpExporter.ts";
import { readOtlpEnv } from "./readOtlpEnv.ts";

/** Facts of the runtime, and the metrics that are measured in another way than by OTLP. */
export interface OtlpTelemetryOptions extends RuntimeFacts {
  /** Metrics for Prometheus. Then OTLP has none. Default: the metrics are exported. */
  readonly metrics?: GateMetrics | undefined;
}

/**
 * Telemetry that is exported as OTLP/HTTP, by the `OTEL_` variables (see {@link readOtlpEnv}); undefined without an endpoint.
 * Throws {@link OtlpConfigError}.
 */
export function otlpTelemetry(host: TelemetryHost, options: OtlpTelemetryOptions): Telemetry | undefined {
  const settings = readOtlpEnv(host.env);
  if (settings === undefined) return undefined;
  const { log, now, fetch } = host;
  const { hasCpuClock } = options;
  const meter = options.metrics === undefined && settings.metricsUrl !== undefined ? new SeriesMeter() : undefined;
  const metrics = meter === undefined ? options.metrics : new MeteredGate(meter, { hasCpuClock });
  const exporter = new OtlpExporter({
    settings,
    resource: { "service.name": settings.service ?? host.service, ...options.resource, ...settings.resource },
    fetch,
    now,
    meter,
    onDropped: (signal, count) => metrics?.dropped(signal, count),
    onFailure: ({ code, status }) => log.warn("telemetry is not exported", { code, status }),
  });
  const exportSpans = (spans: Parameters<OtlpExporter["add"]>[0]): void => exporter.add(spans);
  return {
    metrics,
    ...(settings.tracesUrl === undefined
      ? {}
      : { exportSpans, tracer: new RecordingTracer({ sampler: ratioSampler(settings.ratio), now, exportSpans }) }),
    get isDue() {
      return exporter.isDue;
    },
    flush: (isLast) => exporter.flush(isLast),
  };
}
