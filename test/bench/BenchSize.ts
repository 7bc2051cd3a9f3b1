/** How long the benchmark takes: enough to trust its figures, or just enough to see that it runs. */
export interface BenchSize {
  readonly rounds: number;
  /** For how long wrk, where there is one, sends to a server in each round; whole seconds. */
  readonly seconds: number;
  /** Requests to a server in each round, where there is no wrk. */
  readonly requests: number;
  /** Requests to a server before the first round, so that its code is compiled. */
  readonly warmUp: number;
  /** For each side of each round that is measured in process. */
  readonly milliseconds: number;
}

/** About two minutes, and about twenty seconds. */
export const benchSizes: Readonly<Record<"full" | "quick", BenchSize>> = {
  full: { rounds: 9, seconds: 2, requests: 8000, warmUp: 20_000, milliseconds: 500 },
  quick: { rounds: 3, seconds: 1, requests: 1000, warmUp: 4000, milliseconds: 50 },
};
