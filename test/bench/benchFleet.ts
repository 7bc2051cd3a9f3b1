import { parseArgs } from "node:util";
import { BUCKET, type FleetFigure, fleetFigure } from "./fleetFigure.ts";

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
  const head = `${"clusters".padEnd(10)}${"spread over".padEnd(13)}${"handshakes".padEnd(12)}${`most in ${BUCKET} ms`.padEnd(17)}${"unheard".padEnd(9)}probe p50 / p99`;
  const lines = figures.map(
    ({ clusters, window, handshakes, peak, failed, p50, p99 }) =>
      `${String(clusters).padEnd(10)}${(window === 0 ? "nothing" : `${window / 1000} s`).padEnd(13)}${String(handshakes).padEnd(12)}${String(peak).padEnd(17)}${String(failed).padEnd(9)}${Math.round(p50)} / ${Math.round(p99)} ms`,
  );
  return `${[head, ...lines].join("\n")}\n`;
}

await benchFleet();
