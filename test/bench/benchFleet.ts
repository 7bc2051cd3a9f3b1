import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import { BUCKET, type FleetFigure, fleetFigure } from "./fleetFigure.ts";
import { printTable } from "./printTable.ts";

/** Clusters, and the windows that their runs are spread over, in milliseconds. */
const SIZES = {
  full: { clusters: 1_000, windows: [0, 10_000, 60_000] },
  quick: { clusters: 200, windows: [0, 4_000] },
} as const;

/**
 * A thousand clusters with one schedule, against one endpoint: how many handshakes it sees at once, without and with
 * jitter. `--quick` takes 200, `--output json` is for machines.
 */
async function benchFleet(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: "boolean", default: false }, output: { type: "string", default: "text" } },
  });
  if (values.output !== "text" && values.output !== "json") throw new Error("--output takes text or json");
  const { clusters, windows } = SIZES[values.quick ? "quick" : "full"];
  const figures: FleetFigure[] = [];
  for (const window of windows) figures.push(await fleetFigure(clusters, window));
  process.stdout.write(values.output === "json" ? `${JSON.stringify(figures, null, 2)}\n` : table(figures));
}

function table(figures: readonly FleetFigure[]): string {
  const rows = figures.map(({ clusters, window, handshakes, peak, failed, p50, p99 }) => [
    ...[String(clusters), window === 0 ? "nothing" : `${window / 1000} s`, String(handshakes), String(peak)],
    ...[String(failed), `${Math.round(p50)} / ${Math.round(p99)} ms`],
  ]);
  const head = ["clusters", "spread over", "handshakes", `most in ${BUCKET} ms`, "unheard", "probe p50 / p99"];
  return `${printTable([head, ...rows])}\n`;
}

await benchFleet();
