import { scaled, speedFactor } from "../run/speedFactor.ts";

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

const FULL: BenchSize = { rounds: 9, seconds: 2, requests: 8000, warmUp: 20_000, milliseconds: 500 };

/** About two minutes; and about twenty seconds, where the machine is not slow. */
export const benchSizes: Readonly<Record<"full" | "quick", BenchSize>> = {
  full: FULL,
  quick: {
    rounds: 3,
    // As much time for a request as on the reference machine, and no more than what is enough for figures to trust.
    seconds: Math.min(FULL.seconds, Math.ceil(speedFactor())),
    requests: 1000,
    warmUp: 4000,
    milliseconds: Math.min(FULL.milliseconds, scaled(50)),
  },
};
