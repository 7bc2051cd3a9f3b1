import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { RolloutState } from "../workload/RolloutState.ts";

/** In seconds. A workload of a few Pods takes about half a minute. */
const BUCKETS = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600];

/** The metrics of a rollout controller, in the Prometheus text format (0.0.4). */
export class RolloutMetrics {
  readonly #registry = new Registry();
  readonly #steps = new Counter({
    name: "postern_rollout_steps_total",
    help: "Writes to workloads, by step: begin, restage, promote, finish, roll-back, settle or restore.",
    labelNames: ["step"],
    registers: [this.#registry],
  });
  readonly #ended = new Counter({
    name: "postern_rollout_ended_total",
    help: "Ended rollouts of a workload, by policy and result: RolledOut, or the reason of the rollback.",
    labelNames: ["policy", "result"],
    registers: [this.#registry],
  });
  readonly #seconds = new Histogram({
    name: "postern_rollout_seconds",
    help: "Duration of ended rollouts of a workload, by policy, from the first change to the end.",
    labelNames: ["policy"],
    buckets: BUCKETS,
    registers: [this.#registry],
  });
  readonly #failures = new Counter({
    name: "postern_rollout_failures_total",
    help: "Reconciliations that failed and are retried, by error code.",
    labelNames: ["code"],
    registers: [this.#registry],
  });
  readonly #leads = new Gauge({
    name: "postern_rollout_leads",
    help: "1 while this replica is the leader, else 0.",
    registers: [this.#registry],
  });

  setLeading(isLeading: boolean): void {
    this.#leads.set(isLeading ? 1 : 0);
  }

  /** Sets the source of the queue depth. `depth` is called for each scrape. */
  setQueueDepth(depth: () => number): void {
    this.#registry.removeSingleMetric("postern_rollout_queue_depth");
    new Gauge({
      name: "postern_rollout_queue_depth",
      help: "Certificates and workloads that wait for a reconciliation.",
      registers: [this.#registry],
      collect() {
        this.set(depth());
      },
    });
  }

  /** Counts a write, and the end of a rollout. `now` in milliseconds since 1970. */
  recordStep(step: string, state: RolloutState | undefined, now: number): void {
    this.#steps.inc({ step });
    if (state === undefined || (step !== "finish" && step !== "settle")) return;
    this.#ended.inc({ policy: state.policy, result: state.reason ?? "RolledOut" });
    this.#seconds.observe({ policy: state.policy }, Math.max(0, now - state.started) / 1000);
  }

  recordFailure(code: string): void {
    this.#failures.inc({ code });
  }

  /** All metrics as text. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
