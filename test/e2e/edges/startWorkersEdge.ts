import { mkdtemp, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { COMPATIBILITY_DATE } from "../../../src/cli/dev/DevWorker.ts";
import { toolBinary } from "../../cluster/build/toolBinary.ts";
import { ChildService } from "../../cluster/ChildService.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { printWorkerLog } from "../../functions/printWorkerLog.ts";
import { gateBundle } from "../../run/gateBundle.ts";
import { patience } from "../../run/speedFactor.ts";
import type { GateServer } from "./GateServer.ts";

const CADDY_TIMEOUT_MS = patience(15_000);

/** Parts of a Worker that not every gate has. */
export interface WorkerParts {
  /** The Worker's script. Default: the bundle of functions/worker.ts with the gate. */
  readonly script?: string;
  /** Its bindings and flags. */
  readonly options?: {
    readonly compatibilityFlags: string[];
    readonly durableObjects: Record<string, { className: string; useSQLite: boolean }>;
    readonly r2Buckets: string[];
  };
  /** Called with each line of its log. Default: the line is printed. */
  readonly onLog?: (line: string) => void;
  /** Where it is called. Default: a free one. */
  readonly port?: number;
}

/**
 * Starts a gate in the Workers runtime: the bundle for deployment runs in workerd, behind caddy. Caddy terminates TLS
 * and reuses connections, as an edge does. `gate` is the path of the module that exports the gate.
 */
export async function startWorkersEdge(
  gate: string,
  env: Readonly<Record<string, string>> = {},
  { script, options, onLog, port: chosen }: WorkerParts = {},
): Promise<GateServer> {
  const folder = await mkdtemp(join(tmpdir(), "postern-edge-"));
  const file = (name: string): string => join(folder, name);
  const [text, ca, [freePort = 0, workerPort = 0], caddy] = await Promise.all([
    script ?? gateBundle("worker", gate),
    TestCa.create("edge CA"),
    freePorts(2),
    toolBinary("caddy", () => undefined),
  ]);
  const port = chosen ?? freePort;
  const { cert, key } = await ca.issue({ name: "edge", hosts: ["localhost", "127.0.0.1"] });
  await Promise.all([
    writeFile(file("edge.pem"), cert),
    writeFile(file("edge-key.pem"), key),
    writeFile(file("Caddyfile"), caddyfile(port, workerPort, file("edge.pem"), file("edge-key.pem"))),
  ]);
  let miniflare: Miniflare | undefined;
  let caddyService: ChildService | undefined;
  const server: GateServer = {
    url: `https://localhost:${port}`,
    ca: ca.cert,
    async start() {
      miniflare = new Miniflare(
        convertV4MiniflareOptions({
          modules: true,
          script: text,
          compatibilityDate: COMPATIBILITY_DATE,
          bindings: { ...env },
          host: "127.0.0.1",
          port: workerPort,
          handleStructuredLogs: onLog === undefined ? printWorkerLog : ({ message }) => onLog(message),
          ...options,
        }),
      );
      await miniflare.ready;
      const args = ["run", "--config", file("Caddyfile"), "--adapter", "caddyfile"];
      const home = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
      caddyService = new ChildService({ name: "caddy", file: caddy, args, env: home, logFile: file("caddy.log") });
      await caddyService.waitUntil(() => accepts(port), CADDY_TIMEOUT_MS);
    },
    async stop() {
      await caddyService?.stop();
      await miniflare?.dispose();
    },
  };
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** Caddy closes idle connections after 2 s. Workerd closes them after 5 s, and a call at that moment would be lost. */
function caddyfile(port: number, workerPort: number, cert: string, key: string): string {
  return `{
  admin off
  auto_https off
  default_bind 127.0.0.1
  grace_period 5s
}
https://localhost:${port}, https://127.0.0.1:${port} {
  tls ${cert} ${key}
  reverse_proxy 127.0.0.1:${workerPort} {
    transport http {
      keepalive 2s
    }
  }
}
`;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
