import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair } from "jose";
import { bundleWorker } from "../../functions/bundleWorker.ts";
import type { GateServer } from "./GateServer.ts";
import { startNodeGate } from "./startNodeGate.ts";
import { startWorkersEdge } from "./startWorkersEdge.ts";

/** The gate with telemetry and records. */
export const TRACED_GATE: string = fileURLToPath(new URL("../gates/traces.ts", import.meta.url));
const WORKER = fileURLToPath(new URL("../../fixtures/telemetry/recordsWorker.ts", import.meta.url));

/** A gate that exports its traces, has stores for records, and logs each verdict. */
export interface TracedGate {
  readonly server: GateServer;
  /** The lines of its log so far. */
  lines(): readonly string[];
  stop(): Promise<void>;
}

/** Starts {@link TRACED_GATE} on each runtime. `collector` is the URL of an OTLP/HTTP collector. */
export const tracedGates: readonly [runtime: string, start: (collector: string) => Promise<TracedGate>][] = [
  ["Node", startOnNode],
  ["Workers behind caddy", startOnWorkers],
];

/** Only what the API server samples is exported. */
async function environment(collector: string): Promise<Readonly<Record<string, string>>> {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  return {
    POSTERN_RECORDS_KEY: JSON.stringify(await exportJWK(privateKey)),
    POSTERN_VERDICT_LINES: "1",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_TRACES_SAMPLER_ARG: "0",
  };
}

async function startOnNode(collector: string): Promise<TracedGate> {
  const folder = await mkdtemp(join(tmpdir(), "postern-traces-"));
  const env = { ...(await environment(collector)), POSTERN_RECORDS_DIR: join(folder, "store") };
  const server = await startNodeGate(TRACED_GATE, env);
  return {
    server,
    // The last part is a line that is not complete, or empty.
    lines: () => server.log().split("\n").slice(0, -1),
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function startOnWorkers(collector: string): Promise<TracedGate> {
  const lines: string[] = [];
  const server = await startWorkersEdge(TRACED_GATE, await environment(collector), {
    script: await bundleWorker(WORKER),
    options: {
      compatibilityFlags: ["nodejs_als"],
      durableObjects: { POSTERN_RECORDS: { className: "RecordsObject", useSQLite: true } },
      r2Buckets: ["POSTERN_RECORDS_BUCKET"],
    },
    onLog: (line) => lines.push(line),
  });
  return { server, lines: () => lines, stop: () => server.stop() };
}
