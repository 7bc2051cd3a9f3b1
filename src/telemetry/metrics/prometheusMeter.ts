import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { HistogramInstrument, Instrument, Labels, Measure, Meter } from "./Meter.ts";
import { prometheusLabel, prometheusName } from "./prometheusName.ts";

/** A meter whose instruments are in a registry of prom-client, with the names of Prometheus. Node only. */
export function prometheusMeter(registry: Registry): Meter {
  const options = ({ description, labels, ...rest }: Instrument, kind: "counter" | "histogram" | "gauge") => ({
    name: prometheusName(rest, kind),
    help: description,
    labelNames: labels.map(prometheusLabel),
    registers: [registry],
  });
  return {
    counter: (instrument): Measure => {
      const counter = new Counter(options(instrument, "counter"));
      // Without labels there is one time series, which is there from the start.
      return (value, labels) => counter.inc(prometheusLabels(labels), value);
    },
    histogram: (instrument: HistogramInstrument): Measure => {
      const histogram = new Histogram({ ...options(instrument, "histogram"), buckets: [...instrument.bounds] });
      return (value, labels) => histogram.observe(prometheusLabels(labels), value);
    },
    gauge: (instrument, read) => {
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

function prometheusLabels(labels: Labels): Labels {
  const renamed: Record<string, string> = {};
  for (const name in labels) {
    const value = labels[name];
    if (value !== undefined) renamed[prometheusLabel(name)] = value;
  }
  return renamed;
}
