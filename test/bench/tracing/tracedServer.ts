import { createGate } from "../../../src/gate/createGate.ts";
import { flushRegularly } from "../../../src/hosts/telemetry/flushRegularly.ts";
import { nodeTelemetry } from "../../../src/hosts/telemetry/nodeTelemetry.ts";
import { nodeAsyncContext } from "../../../src/telemetry/context/nodeAsyncContext.ts";
import { startServer } from "../../../src/tls/server/startServer.ts";
import benchGate from "../gate/benchGate.ts";
import { silentLog } from "../gate/benchRun.ts";
import { reportCpu } from "../gate/reportCpu.ts";

/** The gate as `serveGate` runs it, over HTTPS and with a silent logger. The variables `OTEL_*` turn its traces on. */
async function tracedServer(): Promise<void> {
  const host = { env: process.env, service: benchGate.name, log: silentLog, now: Date.now, fetch };
  const telemetry = nodeTelemetry(host, undefined);
  if (telemetry !== undefined) flushRegularly(telemetry);
  const deps = { now: Date.now, log: silentLog, asyncContext: nodeAsyncContext() };
  const app = createGate(benchGate, { ...deps, tracer: telemetry?.tracer });
  const { BENCH_CERT: cert = "", BENCH_KEY: key = "" } = process.env;
  const server = await startServer({
    fetch: (request) => app.fetch(request),
    port: 0,
    hostname: "127.0.0.1",
    tls: { cert, key },
  });
  reportCpu(server.port);
}

await tracedServer();
