import { jitterOf } from "../../src/sync/jitterOf.ts";
import { viewEndpoint } from "../../src/trust/probe/viewEndpoint.ts";
import { BenchChild } from "./BenchChild.ts";

/** How one endpoint fared when a fleet of clusters had the same schedule. */
export interface FleetFigure {
  readonly clusters: number;
  /** What the runs were spread over, in milliseconds; 0 for not at all. */
  readonly window: number;
  readonly handshakes: number;
  /** Most connections that came within {@link BUCKET} ms. */
  readonly peak: number;
  /** Most clusters that were at it at one time. */
  readonly atOnce: number;
  /** Clusters that did not hear from the endpoint. */
  readonly failed: number;
  /** Of one cluster's probe, in milliseconds: the median, and the slowest of a hundred. */
  readonly p50: number;
  readonly p99: number;
}

/** In milliseconds. */
export const BUCKET = 100;
/** As `postern sync` has them by default. In milliseconds. */
const TIMEOUTS = { handshake: 5_000, probe: 20_000, canary: 10_000, lease: 60_000, next: 10_000 };

/** Probes one endpoint from so many clusters, each at its place in a window, as `postern sync --jitter` does. */
export async function fleetFigure(clusters: number, window: number, timeouts = TIMEOUTS): Promise<FleetFigure> {
  const [edge, port] = await BenchChild.start("fleetEdge.ts");
  try {
    const base = `https://127.0.0.1:${port}`;
    let [under, atOnce] = [0, 0];
    const probes = await Promise.all(
      Array.from({ length: clusters }, async (_, index) => {
        const place = jitterOf({ gate: "postern", cluster: `cluster-${index}` }, window);
        await new Promise((resolve) => setTimeout(resolve, place));
        under += 1;
        atOnce = Math.max(atOnce, under);
        const start = performance.now();
        const { handshakes } = await viewEndpoint(base, timeouts, Date.now);
        under -= 1;
        return { took: performance.now() - start, failed: !handshakes.some((it) => "chain" in it) };
      }),
    );
    const came = timesOf(await edge.ask({}));
    const buckets = [...Map.groupBy(came, (time) => Math.floor(time / BUCKET)).values()];
    const took = probes.map((probe) => probe.took).sort((left, right) => left - right);
    return {
      clusters,
      window,
      handshakes: came.length,
      peak: Math.max(0, ...buckets.map(({ length }) => length)),
      atOnce,
      failed: probes.filter(({ failed }) => failed).length,
      p50: took[Math.floor(took.length / 2)] ?? Number.NaN,
      p99: took[Math.floor(took.length * 0.99)] ?? Number.NaN,
    };
  } finally {
    await edge.stop();
  }
}

function timesOf(answer: unknown): number[] {
  return Array.isArray(answer) ? answer.filter((time) => typeof time === "number") : [];
}
