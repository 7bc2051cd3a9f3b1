/** The cluster of the benchmark. */
export const BENCH_CLUSTER = "bench";

/** What a load of an object was. */
export interface ObjectLoad {
  /** Decisions that arrived each second, and that were recorded each second from the first arrival to the last receipt. */
  readonly arrivedPerSecond: number;
  readonly recordedPerSecond: number;
}
