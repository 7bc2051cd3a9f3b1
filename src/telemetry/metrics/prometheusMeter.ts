import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { HistogramInstrument, Instrument, Labels, Meter } from "./Meter.ts";
import { prometheusLabel, prometheusName } from "./prometheusName.ts";
import { type HistogramPoint, SeriesMeter, type SumPoint } from "./SeriesMeter.ts";

/**
 * A meter whose instruments are in a registry of prom-client, with the names of Prometheus. Node only. The values are kept in
 * a {@link SeriesMeter} and handed over at each scrape: prom-client compares the labels at each measurement, which would take a
 * quarter of the time of a review.
 */
export function prometheusMeter(registry: Registry): Meter {
  const series = new SeriesMeter();
  const options = (instrument: Instrument, kind: "counter" | "histogram" | "gauge") => ({
    name: prometheusName(instrument, kind),
    help: instrument.description,
    labelNames: instrument.labels.map(prometheusLabel),
    registers: [registry],
  });
  const pointsOf = (instrument: Instrument) => series.read().find((it) => it.instrument === instrument)?.points ?? [];
  return {
    counter(instrument) {
      new Counter({
        ...options(instrument, "counter"),
        collect() {
          this.reset();
          for (const { labels, value } of pointsOf(instrument) as readonly SumPoint[])
            this.inc(prometheusLabels(labels), value);
        },
      });
      return series.counter(instrument);
    },
    histogram(instrument) {
      const measure = series.histogram(instrument);
      const read = () => pointsOf(instrument) as readonly HistogramPoint[];
      new PointHistogram({ ...options(instrument, "histogram"), buckets: [...instrument.bounds] }, instrument, read);
      return measure;
    },
    gauge(instrument, read) {
      new Gauge({
        ...options(instrument, "gauge"),
        collect() {
          this.reset();
          for (const { value, labels } of read()) this.set(prometheusLabels(labels), value);
        },
      });
    },
  };
}

type HistogramOptions = ConstructorParameters<typeof Histogram<string>>[0];
type HistogramValues = Awaited<ReturnType<Histogram<string>["get"]>>;

/** A histogram of prom-client whose values are kept elsewhere. */
class PointHistogram extends Histogram<string> {
  readonly #facts: Pick<HistogramValues, "name" | "help">;
  readonly #instrument: HistogramInstrument;
  readonly #read: () => readonly HistogramPoint[];

  constructor(options: HistogramOptions, instrument: HistogramInstrument, read: () => readonly HistogramPoint[]) {
    super(options);
    this.#facts = { name: options.name, help: options.help };
    this.#instrument = instrument;
    this.#read = read;
  }

  /** What the registry of prom-client 15 asks for when it writes text. */
  async getForPromString() {
    const values = this.#read().flatMap((point) => this.#valuesOf(point));
    return { ...this.#facts, type: "histogram", aggregator: "sum", values };
  }

  #valuesOf({ labels: given, count, sum, buckets }: HistogramPoint): HistogramValues["values"] {
    const { name } = this.#facts;
    const labels = prometheusLabels(given);
    let below = 0;
    const counted = buckets.map((inBucket, index) => {
      below += inBucket;
      const le = this.#instrument.bounds[index] ?? "+Inf";
      return { metricName: `${name}_bucket`, labels: { le: String(le), ...labels }, value: below };
    });
    return [
      ...counted,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

function prometheusLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [prometheusLabel(name), value]));
}
