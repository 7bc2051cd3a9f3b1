import type { GateMetrics } from "./GateMetrics.ts";

type Method = "review" | "policy" | "policyDuration" | "error" | "recordCommitted" | "recordsDropped" | "recordError";

/** One measurement, as a value that can be sent to another thread. */
export type RelayedMeasurement = {
  [M in Method]: { readonly method: M; readonly args: Parameters<GateMetrics[M]> };
}[Method];

/** The metrics of a thread: kept until they are taken, and measured by the main thread. */
export class RelayedMetrics implements GateMetrics {
  #kept: RelayedMeasurement[] = [];

  /** The measurements since the last call. */
  take(): RelayedMeasurement[] {
    const taken = this.#kept;
    this.#kept = [];
    return taken;
  }

  review(...args: Parameters<GateMetrics["review"]>): void {
    this.#kept.push({ method: "review", args });
  }
  policy(...args: Parameters<GateMetrics["policy"]>): void {
    this.#kept.push({ method: "policy", args });
  }
  policyDuration(...args: Parameters<GateMetrics["policyDuration"]>): void {
    this.#kept.push({ method: "policyDuration", args });
  }
  error(...args: Parameters<GateMetrics["error"]>): void {
    this.#kept.push({ method: "error", args });
  }
  recordCommitted(...args: Parameters<GateMetrics["recordCommitted"]>): void {
    this.#kept.push({ method: "recordCommitted", args });
  }
  recordsDropped(...args: Parameters<GateMetrics["recordsDropped"]>): void {
    this.#kept.push({ method: "recordsDropped", args });
  }
  recordError(...args: Parameters<GateMetrics["recordError"]>): void {
    this.#kept.push({ method: "recordError", args });
  }

  // The main thread identifies callers, and measures the request and its own queues.
  caller(): void {}
  refusal(): void {}
  request(): void {}
  queue(): void {}
  recordQueue(): void {}
  dropped(): void {}
}

/** Measures what another thread relayed. */
export function replayMetrics(measurements: readonly RelayedMeasurement[], metrics: GateMetrics): void {
  for (const measured of measurements) {
    switch (measured.method) {
      case "review":
        metrics.review(...measured.args);
        break;
      case "policy":
        metrics.policy(...measured.args);
        break;
      case "policyDuration":
        metrics.policyDuration(...measured.args);
        break;
      case "error":
        metrics.error(...measured.args);
        break;
      case "recordCommitted":
        metrics.recordCommitted(...measured.args);
        break;
      case "recordsDropped":
        metrics.recordsDropped(...measured.args);
        break;
      case "recordError":
        metrics.recordError(...measured.args);
        break;
    }
  }
}
