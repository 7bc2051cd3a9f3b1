import { Counter, Histogram, type Registry } from "prom-client";
import type { ReloadOutcome } from "./ReloadWay.ts";

/** In seconds. */
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 30, 60];

/** How often another server was told to reload, and what became of it. */
export class ReloadMetrics {
  readonly #reloads: Counter<"result">;
  readonly #seconds: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#reloads = new Counter({
      name: "postern_tls_reloads_total",
      help: "Times that the server was told to reload, by what became of it.",
      labelNames: ["result"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "postern_tls_reload_seconds",
      help: "How long it took to tell it.",
      buckets: BUCKETS,
      registers,
    });
  }

  told(result: ReloadOutcome["result"], milliseconds: number): void {
    this.#reloads.inc({ result });
    this.#seconds.observe(milliseconds / 1000);
  }
}
