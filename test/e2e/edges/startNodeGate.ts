import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChildService } from "../../cluster/ChildService.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { gateBundle } from "../../run/gateBundle.ts";
import { patience } from "../../run/speedFactor.ts";
import type { GateServer } from "./GateServer.ts";

const START_TIMEOUT_MS = patience(15_000);

/** A {@link GateServer} whose log can be read. */
export interface NodeGateServer extends GateServer {
  /** What it has written since its last start. */
  log(): string;
}

/** Where a gate is called. */
export interface NodeGatePlace {
  /** Default: a free one. */
  readonly port?: number;
  /** 0.0.0.0 leads to this machine, and the API server calls it as it calls remote hosts. Default: localhost. */
  readonly host?: "localhost" | "0.0.0.0";
}

/**
 * Starts the bundle of functions/node.ts, which terminates TLS itself. `gate` is the path of the module of the gate.
 */
export async function startNodeGate(
  gate: string,
  env: Readonly<Record<string, string>> = {},
  { port: chosen, host = "localhost" }: NodeGatePlace = {},
): Promise<NodeGateServer> {
  const folder = await mkdtemp(join(tmpdir(), "postern-node-gate-"));
  const file = (name: string): string => join(folder, name);
  const [text, ca, [port = 0]] = await Promise.all([
    gateBundle("node", gate),
    TestCa.create("node"),
    chosen === undefined ? freePorts(1) : [chosen],
  ]);
  const { cert, key } = await ca.issue({ name: "gate", hosts: ["localhost", "127.0.0.1", "0.0.0.0"] });
  await Promise.all([
    writeFile(file("node.mjs"), text),
    writeFile(file("cert.pem"), cert),
    writeFile(file("key.pem"), key),
    writeFile(file("ca.pem"), ca.cert),
  ]);
  let service: ChildService | undefined;
  let starts = 0;
  const server: NodeGateServer = {
    url: `https://${host}:${port}`,
    ca: ca.cert,
    async start() {
      const child = new ChildService({
        name: "node gate",
        file: process.execPath,
        args: [file("node.mjs")],
        env: {
          POSTERN_PORT: String(port),
          POSTERN_HOST: "127.0.0.1",
          POSTERN_CERT: file("cert.pem"),
          POSTERN_KEY: file("key.pem"),
          // The root issues the certificate directly, without an intermediate.
          POSTERN_CA: file("ca.pem"),
          ...env,
        },
        logFile: file(`gate-${starts}.log`),
      });
      starts += 1;
      service = child;
      await child.waitUntil(async () => child.log().includes('"port"'), START_TIMEOUT_MS);
    },
    async stop() {
      await service?.stop();
    },
    log: () => service?.log() ?? "",
  };
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}
