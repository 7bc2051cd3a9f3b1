import { jitterOf } from "../../../src/sync/jitterOf.ts";
import { viewEndpoint } from "../../../src/trust/probe/viewEndpoint.ts";
import { BenchChild } from "../BenchChild.ts";

/** The load on one endpoint from a fleet of clusters with the same schedule. */
export interface FleetFigure {
  readonly clusters: number;
  /** The window over which jitter spreads the runs. 0 means no jitter. */
  readonly windowMs: number;
  readonly handshakes: number;
  /** Maximum number of connections within {@link BUCKET_MS}. */
  readonly peak: number;
  /** Maximum number of concurrent probes. */
  readonly concurrent: number;
  /** Clusters whose probe failed. */
  readonly failed: number;
  /** Percentiles of the duration of a cluster's probe, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** The interval in which connections are counted. */
export const BUCKET_MS = 100;
/** The defaults of `postern sync`. */
const TIMEOUTS = { handshakeMs: 5_000, probeMs: 20_000, canaryMs: 10_000, leaseMs: 60_000, nextMs: 10_000 };

/** Probes one endpoint from many clusters, each with its own delay within a window, as `postern sync --jitter` does. */
export async function fleetFigure(clusters: number, windowMs: number, timeouts = TIMEOUTS): Promise<FleetFigure> {
  const [edge, port] = await BenchChild.start("fleet/fleetEdge.ts");
  try {
    const base = `https://127.0.0.1:${port}`;
    let [running, concurrent] = [0, 0];
    const probes = await Promise.all(
      Array.from({ length: clusters }, async (_, index) => {
        const delayMs = jitterOf({ gate: "postern", cluster: `cluster-${index}` }, windowMs);
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        running += 1;
        concurrent = Math.max(concurrent, running);
        const start = performance.now();
        const { handshakes } = await viewEndpoint(base, timeouts);
        running -= 1;
        return { took: performance.now() - start, failed: !handshakes.some((it) => "chain" in it) };
      }),
    );
    const connections = timesOf(await edge.ask({}));
    const buckets = [...Map.groupBy(connections, (time) => Math.floor(time / BUCKET_MS)).values()];
    const took = probes.map((probe) => probe.took).sort((left, right) => left - right);
    return {
      clusters,
      windowMs,
      handshakes: connections.length,
      peak: Math.max(0, ...buckets.map(({ length }) => length)),
      concurrent,
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
