import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { createGate } from "../../../src/gate/createGate.ts";
import { podSecurity } from "../../../src/policies/pod-security/podSecurity.ts";
import { startServer } from "../../../src/tls/server/startServer.ts";
import { silentLog } from "../gate/benchRun.ts";
import { reportCpu } from "../gate/reportCpu.ts";

/** A gate with Pod Security restricted, over HTTPS as in functions/node.ts. */
async function podSecurityServer(): Promise<void> {
  const gate = defineGate({
    policies: [podSecurity({ level: "restricted" })],
    clusters: { bench: { identity: "none" } },
  });
  const app = createGate(gate, { now: Date.now, log: silentLog });
  const { BENCH_CERT: cert = "", BENCH_KEY: key = "" } = process.env;
  const server = await startServer({
    fetch: (request) => app.fetch(request),
    port: 0,
    hostname: "127.0.0.1",
    tls: { cert, key },
  });
  reportCpu(server.port);
}

await podSecurityServer();
