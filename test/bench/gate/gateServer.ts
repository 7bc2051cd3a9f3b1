import { createGate } from "../../../src/gate/createGate.ts";
import { startServer } from "../../../src/tls/server/startServer.ts";
import benchGate from "./benchGate.ts";
import { silentLog } from "./benchRun.ts";
import { reportCpu } from "./reportCpu.ts";

/** The gate as in functions/node.ts: over HTTPS, with a silent logger and without a log line for each verdict. */
async function gateServer(): Promise<void> {
  const app = createGate(benchGate, { now: Date.now, log: silentLog });
  const { BENCH_CERT: cert = "", BENCH_KEY: key = "" } = process.env;
  const server = await startServer({
    fetch: (request) => app.fetch(request),
    port: 0,
    hostname: "127.0.0.1",
    tls: { cert, key },
  });
  reportCpu(server.port);
}

await gateServer();
