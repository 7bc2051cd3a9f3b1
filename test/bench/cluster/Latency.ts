/** The latency of a request, and the part that admission adds. In milliseconds. */
export interface Latency {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
  /** Difference from the floor, which has no admission. */
  readonly addedP50: number;
  readonly addedP99: number;
  /** Ratio of the median to the median of the floor. */
  readonly ratioP50: number;
}

/** Percentiles of `samples`, and their differences from the percentiles of `floor`. */
export function latencyOf(name: string, samples: readonly number[], floor: readonly number[]): Latency {
  const [p50, p99] = [percentile(samples, 0.5), percentile(samples, 0.99)];
  const floorP50 = percentile(floor, 0.5);
  return {
    name,
    p50,
    p99,
    addedP50: p50 - floorP50,
    addedP99: p99 - percentile(floor, 0.99),
    ratioP50: p50 / floorP50,
  };
}

/** Latencies as a text table. */
export function printLatencies(latencies: readonly Latency[]): string {
  const width = Math.max(...latencies.map(({ name }) => name.length));
  const row = (cells: readonly string[]): string =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(width) : cell.padStart(10))).join("  ");
  return [
    row(["creation of a Pod, judged by", "p50", "p99", "added p50", "added p99", "p50 ratio"]),
    ...latencies.map(({ name, p50, p99, addedP50, addedP99, ratioP50 }) =>
      row([name, ...[p50, p99, addedP50, addedP99].map((value) => `${value.toFixed(2)} ms`), ratioP50.toFixed(2)]),
    ),
  ].join("\n");
}

/** A percentile, by nearest rank. */
function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}
