/** A review that was answered. */
export interface ReviewMeasurement {
  readonly cluster: string;
  readonly purpose: "validate" | "mutate" | "convert";
  /** As the call names it; undefined for a call of all policies. */
  readonly entry: string | undefined;
  readonly verdict: "allowed" | "denied" | "not-judged" | "self-test" | "converted" | "not-converted";
}

/** What one policy said of a review. */
export interface PolicyMeasurement {
  readonly policy: string;
  readonly mode: string;
  /** The strongest effect of its findings, `pass`, `failed`, `missed-deadline` or `other-version`. */
  readonly result: string;
}

/** An HTTP request that was answered. */
export interface RequestMeasurement {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

/** A caller that was identified. */
export interface CallerMeasurement {
  readonly cluster: string;
  readonly tier: string;
  readonly isInGrace: boolean;
}

/** The metrics of a gate. No method throws. */
export interface GateMetrics {
  /** Counts a review that was answered. */
  review(measured: ReviewMeasurement): void;
  /** Counts what a policy said. With a count of 0 the series exists from then on: Prometheus sees no increase at its first value. */
  policy(measured: PolicyMeasurement, count?: number): void;
  policyDuration(policy: string, durationMs: number): void;
  request(measured: RequestMeasurement): void;
  /** Counts a caller that was identified. `isInGrace`: by a capability that has expired. */
  caller(measured: CallerMeasurement): void;
  /** Counts a caller that was refused. `reason` is one of few. */
  refusal(reason: string): void;
  /** Counts a call that could not be judged. `code` is one of the codes of `GateError`. */
  error(code: string): void;
  /** Measures the size of a queue at each collection. Another one of the same name replaces it. */
  queue(name: "calls" | "thread", size: () => number): void;
  /** Measures the decision records that wait, at each collection. */
  recordQueue(size: () => number): void;
  /** A decision record is durable. */
  recordCommitted(durationMs: number): void;
  /** Counts decision records that were given up. With 0 the series exists from then on. */
  recordsDropped(count: number): void;
  /** Counts a write of decision records that failed. `code` is the error's literal code. With a count of 0 the series exists from then on. */
  recordError(code: string, count?: number): void;
  /** Counts what the exporter gave up. */
  dropped(signal: "spans" | "metrics", count: number): void;
}
