import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChildService } from "../cluster/ChildService.ts";
import { freePorts } from "../cluster/freePorts.ts";
import { TestCa } from "../cluster/TestCa.ts";
import { gateBundle } from "../run/gateBundle.ts";
import { patience } from "../run/speedFactor.ts";
import type { GateServer } from "./GateServer.ts";

/** In milliseconds. */
const PATIENCE = patience(15_000);

/** A gate that Node serves by itself: the bundle of functions/node.ts, with TLS of its own. */
export async function startNodeGate(gate: string, env: Readonly<Record<string, string>> = {}): Promise<GateServer> {
  const folder = await mkdtemp(join(tmpdir(), "postern-node-gate-"));
  const file = (name: string): string => join(folder, name);
  const [text, ca, [port = 0]] = await Promise.all([gateBundle("node", gate), TestCa.create("node"), freePorts(1)]);
  const { cert, key } = await ca.issue({ name: "gate", hosts: ["localhost", "127.0.0.1"] });
  await Promise.all([
    writeFile(file("node.mjs"), text),
    writeFile(file("cert.pem"), cert),
    writeFile(file("key.pem"), key),
    writeFile(file("ca.pem"), ca.cert),
  ]);
  let service: ChildService | undefined;
  let starts = 0;
  const server: GateServer = {
    url: `https://localhost:${port}`,
    ca: ca.cert,
    async start() {
      const started = new ChildService({
        name: "node gate",
        file: process.execPath,
        args: [file("node.mjs")],
        env: {
          POSTERN_PORT: String(port),
          POSTERN_HOST: "127.0.0.1",
          POSTERN_CERT: file("cert.pem"),
          POSTERN_KEY: file("key.pem"),
          // It signs the gate's certificate itself, with no intermediate in between.
          POSTERN_CA: file("ca.pem"),
          ...env,
        },
        logFile: file(`gate-${starts}.log`),
      });
      starts += 1;
      service = started;
      await started.waitUntil(async () => started.log().includes('"port"'), PATIENCE);
    },
    async stop() {
      await service?.stop();
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
