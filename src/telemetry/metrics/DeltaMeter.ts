import type { GaugeValue, HistogramInstrument, Instrument, Labels, Measure, Meter } from "./Meter.ts";

/** The sum of a counter since the last collection. */
export interface SumPoint {
  readonly labels: Labels;
  value: number;
}

/** What a histogram recorded since the last collection. */
export interface HistogramPoint {
  readonly labels: Labels;
  count: number;
  sum: number;
  /** One more than the bounds. */
  readonly buckets: number[];
}

/** The points of one instrument. */
export type MetricPoints =
  | { readonly kind: "sum"; readonly instrument: Instrument; readonly points: readonly SumPoint[] }
  | { readonly kind: "histogram"; readonly instrument: HistogramInstrument; readonly points: readonly HistogramPoint[] }
  | { readonly kind: "gauge"; readonly instrument: Instrument; readonly points: readonly GaugeValue[] };

/** Time series in all. The labels are bounded before; this is a limit for the memory. */
const MAX_SERIES = 10_000;

/**
 * A meter that keeps what was measured since the last collection: the delta temporality of OTLP. A process that may end at
 * any time has no total worth to be reported.
 */
export class DeltaMeter implements Meter {
  readonly #sums = new Map<Instrument, Map<string, SumPoint>>();
  readonly #histograms = new Map<HistogramInstrument, Map<string, HistogramPoint>>();
  readonly #gauges = new Map<Instrument, () => readonly GaugeValue[]>();
  #series = 0;

  counter(instrument: Instrument): Measure {
    return (value, labels) => {
      const point = this.#point(this.#sums, instrument, labels, () => ({ labels, value: 0 }));
      if (point !== undefined) point.value += value;
    };
  }

  histogram(instrument: HistogramInstrument): Measure {
    const { bounds } = instrument;
    const empty = (labels: Labels) => ({
      labels,
      count: 0,
      sum: 0,
      buckets: new Array<number>(bounds.length + 1).fill(0),
    });
    return (value, labels) => {
      const point = this.#point(this.#histograms, instrument, labels, () => empty(labels));
      if (point === undefined) return;
      const at = bounds.findIndex((bound) => value <= bound);
      const bucket = at < 0 ? bounds.length : at;
      point.count += 1;
      point.sum += value;
      point.buckets[bucket] = (point.buckets[bucket] ?? 0) + 1;
    };
  }

  gauge(instrument: Instrument, read: () => readonly GaugeValue[]): void {
    this.#gauges.set(instrument, read);
  }

  /** Returns what was measured since the last call. */
  collect(): MetricPoints[] {
    const collected: MetricPoints[] = [
      ...[...this.#sums].map(([instrument, points]) => ({
        kind: "sum" as const,
        instrument,
        points: [...points.values()],
      })),
      ...[...this.#histograms].map(([instrument, points]) => ({
        kind: "histogram" as const,
        instrument,
        points: [...points.values()],
      })),
      ...[...this.#gauges].map(([instrument, read]) => ({ kind: "gauge" as const, instrument, points: read() })),
    ];
    this.#sums.clear();
    this.#histograms.clear();
    this.#series = 0;
    return collected.filter(({ points }) => points.length > 0);
  }

  #point<I, P>(all: Map<I, Map<string, P>>, instrument: I, labels: Labels, make: () => P): P | undefined {
    let points = all.get(instrument);
    if (points === undefined) {
      points = new Map();
      all.set(instrument, points);
    }
    const key = Object.values(labels).join("\0");
    let point = points.get(key);
    if (point === undefined && this.#series < MAX_SERIES) {
      point = make();
      points.set(key, point);
      this.#series += 1;
    }
    return point;
  }
}
