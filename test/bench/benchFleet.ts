import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import { BUCKET_MS, type FleetFigure, fleetFigure } from "./fleet/fleetFigure.ts";
import { printTable } from "./printTable.ts";

/** Numbers of clusters, and the windows over which jitter spreads their runs. */
const SIZES = {
  full: { clusters: 1_000, windowsMs: [0, 10_000, 60_000] },
  quick: { clusters: 200, windowsMs: [0, 4_000] },
} as const;

/**
 * `npm run bench:fleet`: a thousand clusters with the same schedule probe one endpoint. Prints the peak rate of
 * handshakes, without and with jitter. `--quick` uses 200 clusters, `--output json` prints JSON.
 */
async function benchFleet(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: "boolean", default: false }, output: { type: "string", default: "text" } },
  });
  if (values.output !== "text" && values.output !== "json") throw new Error("--output takes text or json");
  const { clusters, windowsMs } = SIZES[values.quick ? "quick" : "full"];
  const figures: FleetFigure[] = [];
  for (const windowMs of windowsMs) figures.push(await fleetFigure(clusters, windowMs));
  process.stdout.write(values.output === "json" ? `${JSON.stringify(figures, null, 2)}\n` : table(figures));
}

function table(figures: readonly FleetFigure[]): string {
  const rows = figures.map(({ clusters, windowMs, handshakes, peak, failed, p50, p99 }) => [
    ...[String(clusters), windowMs === 0 ? "nothing" : `${windowMs / 1000} s`, String(handshakes), String(peak)],
    ...[String(failed), `${Math.round(p50)} / ${Math.round(p99)} ms`],
  ]);
  const head = ["clusters", "spread over", "handshakes", `most in ${BUCKET_MS} ms`, "failed", "probe p50 / p99"];
  return `${printTable([head, ...rows])}\n`;
}

await benchFleet();
