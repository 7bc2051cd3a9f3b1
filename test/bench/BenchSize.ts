import { scaled, speedFactor } from "../run/speedFactor.ts";

/** The size of a benchmark: full for reliable figures, quick to check that it runs. */
export interface BenchSize {
  readonly rounds: number;
  /** Duration of a round with wrk. A whole number. */
  readonly seconds: number;
  /** Requests per server and round without wrk. */
  readonly requests: number;
  /** Requests to a server before the first round, so that its code is compiled. */
  readonly warmUpRequests: number;
  /** Duration of each side of a round that is measured in process. */
  readonly durationMs: number;
}

const FULL: BenchSize = { rounds: 9, seconds: 2, requests: 8000, warmUpRequests: 20_000, durationMs: 500 };

/** The full size takes about two minutes, the quick size about twenty seconds on the reference machine. */
export const benchSizes: Readonly<Record<"full" | "quick", BenchSize>> = {
  full: FULL,
  quick: {
    rounds: 3,
    // Scaled, so that a slow machine completes as many requests as the reference machine.
    seconds: Math.min(FULL.seconds, Math.ceil(speedFactor())),
    requests: 1000,
    warmUpRequests: 4000,
    durationMs: Math.min(FULL.durationMs, scaled(50)),
  },
};
