import type { Outcome } from "./Outcome.ts";

/** Is told of each policy that was called, for traces and metrics. Policies do not see it. It never throws. */
export interface PolicyObserver {
  /** The clock of `startedAt`, in milliseconds. */
  readonly now: () => number;
  /** A policy threw. `error` is as it may be reported; undefined when it cannot be read. Called before `ended`. */
  failed(policy: string, error: Error | undefined): void;
  /** A policy has an outcome. */
  ended(outcome: Outcome, startedAt: number): void;
}
