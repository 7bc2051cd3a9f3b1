import { Counter, Histogram, type Registry } from "prom-client";
import type { ReloadOutcome } from "./ReloadMethod.ts";

const BUCKETS_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 30, 60];

/** Metrics of the reloads of another server. */
export class ReloadMetrics {
  readonly #reloads: Counter<"result">;
  readonly #seconds: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#reloads = new Counter({
      name: "postern_tls_reloads_total",
      help: "Reloads of the server, by result: triggered, down or failed.",
      labelNames: ["result"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "postern_tls_reload_seconds",
      help: "Duration of the reload command, signal or request.",
      buckets: BUCKETS_SECONDS,
      registers,
    });
  }

  count(result: ReloadOutcome["result"], durationMs: number): void {
    this.#reloads.inc({ result });
    this.#seconds.observe(durationMs / 1000);
  }
}
