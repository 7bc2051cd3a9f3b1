import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { RolloutState } from "../workload/RolloutState.ts";

/** In seconds: a workload of a few Pods takes half a minute. */
const BUCKETS = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600];

/** What a controller did, in the Prometheus text format (0.0.4). */
export class RolloutMetrics {
  readonly #registry = new Registry();
  readonly #steps = new Counter({
    name: "postern_rollout_steps_total",
    help: "Steps that were taken.",
    labelNames: ["step"],
    registers: [this.#registry],
  });
  readonly #ended = new Counter({
    name: "postern_rollout_ended_total",
    help: "Rollouts of a workload that ended, by how: RolledOut, or why they were taken back.",
    labelNames: ["policy", "result"],
    registers: [this.#registry],
  });
  readonly #took = new Histogram({
    name: "postern_rollout_seconds",
    help: "From a rollout's first change to its end.",
    labelNames: ["policy"],
    buckets: BUCKETS,
    registers: [this.#registry],
  });
  readonly #failures = new Counter({
    name: "postern_rollout_failures_total",
    help: "Looks at a Certificate that failed and are tried again.",
    labelNames: ["code"],
    registers: [this.#registry],
  });
  readonly #leads = new Gauge({
    name: "postern_rollout_leads",
    help: "Whether this controller leads.",
    registers: [this.#registry],
  });

  leads(isLeading: boolean): void {
    this.#leads.set(isLeading ? 1 : 0);
  }

  /** `depth` is asked each time that the metrics are told. */
  watches(depth: () => number): void {
    this.#registry.removeSingleMetric("postern_rollout_queue_depth");
    new Gauge({
      name: "postern_rollout_queue_depth",
      help: "What waits to be looked at.",
      registers: [this.#registry],
      collect() {
        this.set(depth());
      },
    });
  }

  /** `now` in milliseconds since 1970. */
  took(step: string, state: RolloutState | undefined, now: number): void {
    this.#steps.inc({ step });
    if (state === undefined || (step !== "finish" && step !== "settle")) return;
    this.#ended.inc({ policy: state.policy, result: state.reason ?? "RolledOut" });
    this.#took.observe({ policy: state.policy }, Math.max(0, now - state.started) / 1000);
  }

  failed(code: string): void {
    this.#failures.inc({ code });
  }

  /** All of it. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
