/** How long the benchmark takes: enough to trust its figures, or just enough to see that it runs. */
export interface BenchSize {
  readonly rounds: number;
  /** Requests to a server in each round, and as many before the first. */
  readonly requests: number;
  /** For each side of each round that is measured in process. */
  readonly milliseconds: number;
}

/** About two minutes, and a few seconds. */
export const benchSizes: Readonly<Record<"full" | "quick", BenchSize>> = {
  full: { rounds: 7, requests: 4000, milliseconds: 400 },
  quick: { rounds: 3, requests: 400, milliseconds: 50 },
};
