import { OTHER_VALUE } from "./BoundedLabel.ts";
import type { GaugeValue, HistogramInstrument, Instrument, Labels, Measure, Meter } from "./Meter.ts";

/** The sum of a counter. */
export interface SumPoint {
  readonly labels: Labels;
  value: number;
}

/** What a histogram recorded. */
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

/**
 * Time series of one instrument, for labels are bounded each and not together: 200 clusters with 51 entries are more. 10,000
 * reviews are 1.4 MB of a scrape. Each instrument has its own, so that one with many labels leaves the others alone.
 */
const MAX_SERIES = 10_000;

/**
 * A meter that keeps the points of its instruments. `collect` returns what was measured since the last collection, which is
 * the delta temporality of OTLP: a process that may end at any time has no total worth to be reported. `read` returns the
 * totals, for Prometheus. Labels that are the same object are found without comparing them. What does not fit is measured with
 * `other` as the value of all labels, so that sums stay right.
 */
export class SeriesMeter implements Meter {
  readonly #sums: { readonly instrument: Instrument; readonly series: Series<SumPoint> }[] = [];
  readonly #histograms: { readonly instrument: HistogramInstrument; readonly series: Series<HistogramPoint> }[] = [];
  readonly #gauges = new Map<Instrument, () => readonly GaugeValue[]>();

  counter(instrument: Instrument): Measure {
    const series = new Series<SumPoint>(instrument, (labels) => ({ labels, value: 0 }));
    this.#sums.push({ instrument, series });
    return (value, labels) => {
      series.at(labels).value += value;
    };
  }

  histogram(instrument: HistogramInstrument): Measure {
    const { bounds } = instrument;
    const buckets = (): number[] => new Array<number>(bounds.length + 1).fill(0);
    const series = new Series<HistogramPoint>(instrument, (labels) => ({
      labels,
      count: 0,
      sum: 0,
      buckets: buckets(),
    }));
    this.#histograms.push({ instrument, series });
    return (value, labels) => {
      const point = series.at(labels);
      let bucket = 0;
      while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket += 1;
      point.count += 1;
      point.sum += value;
      point.buckets[bucket] = (point.buckets[bucket] ?? 0) + 1;
    };
  }

  gauge(instrument: Instrument, read: () => readonly GaugeValue[]): void {
    this.#gauges.set(instrument, read);
  }

  /** The points since the last call. Instruments without any are left out. */
  collect(): MetricPoints[] {
    const points = this.read().filter((it) => it.points.length > 0);
    for (const { series } of [...this.#sums, ...this.#histograms]) series.clear();
    return points;
  }

  /** The points since the start, or since the last {@link collect}. */
  read(): MetricPoints[] {
    return [
      ...this.#sums.map(({ instrument, series }) => ({ kind: "sum" as const, instrument, points: series.points })),
      ...this.#histograms.map(({ instrument, series }) => ({
        kind: "histogram" as const,
        instrument,
        points: series.points,
      })),
      ...[...this.#gauges].map(([instrument, read]) => ({ kind: "gauge" as const, instrument, points: read() })),
    ];
  }
}

/** The points of an instrument by their labels. */
class Series<P> {
  readonly #make: (labels: Labels) => P;
  readonly #others: Labels;
  readonly #byText = new Map<string, P>();
  #byObject = new WeakMap<Labels, P>();

  constructor({ labels }: Instrument, make: (labels: Labels) => P) {
    this.#others = Object.fromEntries(labels.map((name) => [name, OTHER_VALUE]));
    this.#make = make;
  }

  get points(): readonly P[] {
    return [...this.#byText.values()];
  }

  /** The point of these labels, or of `other` where there is no room for another one. */
  at(labels: Labels): P {
    const known = this.#byObject.get(labels);
    if (known !== undefined) return known;
    const text = textOf(labels);
    const point = this.#byText.get(text) ?? this.#add(text, labels);
    this.#byObject.set(labels, point);
    return point;
  }

  #add(text: string, labels: Labels): P {
    const isFull = this.#byText.size >= MAX_SERIES - 1;
    const key = isFull ? textOf(this.#others) : text;
    const point = this.#byText.get(key) ?? this.#make(isFull ? this.#others : labels);
    this.#byText.set(key, point);
    return point;
  }

  clear(): void {
    this.#byText.clear();
    this.#byObject = new WeakMap();
  }
}

function textOf(labels: Labels): string {
  return Object.values(labels).join("\0");
}
