import type { MetricPoints } from "../metrics/SeriesMeter.ts";
import type { Attributes } from "../trace/Span.ts";
import { otlpAttributes, otlpTime, SCOPE } from "./otlpAttributes.ts";

/** `AGGREGATION_TEMPORALITY_DELTA` (opentelemetry-proto, metrics.proto). */
const DELTA = 1;

/** The time that points are of, in milliseconds since 1970. */
export interface MetricPeriod {
  readonly from: number;
  readonly to: number;
}

/** Points as the JSON of an `ExportMetricsServiceRequest`. */
export function otlpMetrics(
  metrics: readonly MetricPoints[],
  { from, to }: MetricPeriod,
  resource: Attributes,
): string {
  const times = { startTimeUnixNano: otlpTime(from), timeUnixNano: otlpTime(to) };
  const encoded = metrics.map((one) => ({
    name: one.instrument.name,
    description: one.instrument.description,
    unit: one.instrument.unit,
    ...dataOf(one, times),
  }));
  return JSON.stringify({
    resourceMetrics: [
      { resource: { attributes: otlpAttributes(resource) }, scopeMetrics: [{ scope: SCOPE, metrics: encoded }] },
    ],
  });
}

function dataOf(
  one: MetricPoints,
  times: { readonly startTimeUnixNano: string; readonly timeUnixNano: string },
): object {
  switch (one.kind) {
    case "sum": {
      const dataPoints = one.points.map(({ labels, value }) => ({
        ...times,
        attributes: otlpAttributes(labels),
        asDouble: value,
      }));
      return { sum: { aggregationTemporality: DELTA, isMonotonic: true, dataPoints } };
    }
    case "gauge": {
      const { timeUnixNano } = times;
      const dataPoints = one.points.map(({ labels, value }) => ({
        timeUnixNano,
        attributes: otlpAttributes(labels),
        asDouble: value,
      }));
      return { gauge: { dataPoints } };
    }
    case "histogram": {
      const dataPoints = one.points.map(({ labels, count, sum, buckets }) => ({
        ...times,
        attributes: otlpAttributes(labels),
        count: String(count),
        sum,
        bucketCounts: buckets.map(String),
        explicitBounds: one.instrument.bounds,
      }));
      return { histogram: { aggregationTemporality: DELTA, dataPoints } };
    }
  }
}
