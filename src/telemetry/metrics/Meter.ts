/** The values of the labels of one measurement, by the names of OpenTelemetry, such as `k8s.cluster.name`. */
export type Labels = Readonly<Record<string, string>>;

/** What is measured. */
export interface Instrument {
  /** In the form of OpenTelemetry, such as `postern.policy.duration`. */
  readonly name: string;
  readonly description: string;
  /** In UCUM: `s`, `By`, or a noun in braces such as `{review}`. */
  readonly unit: string;
  /** The names of all labels. */
  readonly labels: readonly string[];
}

/** A histogram with the upper bounds of its buckets, in the unit. */
export interface HistogramInstrument extends Instrument {
  readonly bounds: readonly number[];
}

/** Adds to a sum that only grows, or records one value. */
export type Measure = (value: number, labels: Labels) => void;

/** One value of a gauge. */
export interface GaugeValue {
  readonly value: number;
  readonly labels: Labels;
}

/** Makes instruments, each once. What they measure ends up in Prometheus or OTLP. No method throws. */
export interface Meter {
  counter(instrument: Instrument): Measure;
  histogram(instrument: HistogramInstrument): Measure;
  /** `read` is called for each collection. */
  gauge(instrument: Instrument, read: () => readonly GaugeValue[]): void;
}
