import type { X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import type { JWK } from "jose";
import type { Gate } from "../../../src/gate/config/defineGate.ts";
import { PebbleCa } from "../../acme/PebbleCa.ts";
import { toolBinary } from "../../cluster/build/toolBinary.ts";
import { ChildService } from "../../cluster/ChildService.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { patience } from "../../run/speedFactor.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { type CaddyPorts, caddyConfig } from "./caddyConfig.ts";
import type { EdgeProvider, GateEdge } from "./GateEdge.ts";
import { gateListener } from "./gateListener.ts";

/** On the reference machine. An order takes half a second. */
const ISSUE_TIMEOUT_MS = 60_000;
/** Of one call to caddy. */
const TIMEOUT_MS = patience(5_000);

/**
 * Edges like those of managed TLS: caddy, with ACME certificates from two CAs. `pebble` is the path of the pebble
 * binary.
 */
export async function managedEdges(pebble: string): Promise<EdgeProvider<PebbleCa>> {
  const started = new StartedResources();
  const start = (): Promise<PebbleCa> => started.add(PebbleCa.start(pebble), (ca) => ca.stop());
  try {
    const [old, next] = await Promise.all([start(), start()]);
    return { cas: { old, next }, start: ManagedEdge.start, stop: () => started.stop() };
  } catch (error) {
    await started.stop();
    throw error;
  }
}

interface ManagedEdgeParts {
  readonly gate: Server;
  readonly caddy: ChildService;
  readonly folder: string;
  readonly ports: CaddyPorts;
  readonly ca: PebbleCa;
}

/**
 * A gate on Node behind caddy, with an ACME certificate. To change the CA, it loads a configuration with another issuer
 * and renews the certificate, as an operator does. Caddy serves the old certificate until it has the new one.
 */
export class ManagedEdge implements GateEdge<PebbleCa> {
  readonly #gate: Server;
  readonly #caddy: ChildService;
  readonly #folder: string;
  readonly #ports: CaddyPorts;
  #ca: PebbleCa;

  private constructor({ gate, caddy, folder, ports, ca }: ManagedEdgeParts) {
    this.#gate = gate;
    this.#caddy = caddy;
    this.#folder = folder;
    this.#ports = ports;
    this.#ca = ca;
  }

  /** Starts the gate and caddy. Resolves when caddy serves a certificate of `ca`. */
  static async start(gate: Gate, signingKey: JWK, ca: PebbleCa): Promise<ManagedEdge> {
    const [binary, folder, [edge = 0, admin = 0]] = await Promise.all([
      toolBinary("caddy", () => undefined),
      mkdtemp(join(tmpdir(), "postern-managed-edge-")),
      freePorts(2),
    ]);
    const server = createServer(gateListener(gate, signingKey));
    // Longer than the keep-alive time of caddy's connections to the gate.
    server.keepAliveTimeout = 95_000;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const ports = { edge, admin, gate: (server.address() as AddressInfo).port };
    const file = join(folder, "caddy.json");
    await mkdir(join(folder, "storage"));
    await writeFile(file, JSON.stringify(caddyConfig(folder, ports, { issuer: ca })));
    const caddy = new ChildService({
      name: "caddy",
      file: binary,
      args: ["run", "--config", file],
      env: { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
      logFile: join(folder, "caddy.log"),
    });
    const managed = new ManagedEdge({ gate: server, caddy, folder, ports, ca });
    try {
      await caddy.waitUntil(() => managed.#serves(ca), patience(ISSUE_TIMEOUT_MS));
    } catch (error) {
      await managed.stop();
      throw error;
    }
    return managed;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#ports.edge}`;
  }

  async switchTo(ca: PebbleCa, connections: "end" | "stay" = "end"): Promise<void> {
    if (ca !== this.#ca) {
      const served = await this.#leaf();
      // Makes the current certificate due for renewal. A certificate issued from now on is not yet due.
      const [start, end] = [served.validFromDate.getTime(), served.validToDate.getTime()];
      const dueBefore = (end - Date.now()) / (end - start);
      await this.#load({ issuer: ca, renewal: { from: this.#ca, dueBefore } });
      await this.#caddy.waitUntil(() => this.#serves(ca), patience(ISSUE_TIMEOUT_MS));
      this.#ca = ca;
    }
    if (connections === "end") await this.dropConnections();
  }

  /** Reloads caddy's configuration. Caddy then ends each connection with a GOAWAY and completes running answers. */
  async dropConnections(): Promise<void> {
    await this.#load({ issuer: this.#ca });
  }

  async stop(): Promise<void> {
    await this.#caddy.stop("SIGKILL");
    this.#gate.closeAllConnections();
    await new Promise((resolve) => this.#gate.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Whether a handshake succeeds when only the CA's root is trusted. */
  #serves(ca: PebbleCa): Promise<boolean> {
    return handshake(this.#ports.edge, { ca: ca.root }).then(
      () => true,
      () => false,
    );
  }

  #leaf(): Promise<X509Certificate> {
    return handshake(this.#ports.edge, { rejectUnauthorized: false });
  }

  #load(trust: Parameters<typeof caddyConfig>[2]): Promise<void> {
    const text = JSON.stringify(caddyConfig(this.#folder, this.#ports, trust));
    // Without this header, caddy ignores a configuration that is already in force.
    const headers = { "content-type": "application/json", "cache-control": "must-revalidate" };
    const options = { method: "POST", headers, agent: false, timeout: TIMEOUT_MS };
    return new Promise((resolve, reject) => {
      const sent = request(`http://127.0.0.1:${this.#ports.admin}/load`, options, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        if (response.statusCode === 200) resolve();
        else reject(new Error(`caddy rejected the configuration: ${Buffer.concat(chunks).toString()}`));
      });
      sent.once("timeout", () => sent.destroy(new Error(`caddy's admin API did not answer within ${TIMEOUT_MS} ms`)));
      sent.once("error", reject);
      sent.end(text);
    });
  }
}

/** Makes a handshake and resolves to the leaf. Rejects when the handshake fails. */
async function handshake(
  port: number,
  trust: { readonly ca: string } | { readonly rejectUnauthorized: false },
): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: TIMEOUT_MS, ...trust }, () => {
      const leaf = socket.getPeerX509Certificate();
      socket.destroy();
      if (leaf === undefined) reject(new Error("the server sent no certificate"));
      else resolve(leaf);
    });
    socket.once("timeout", () => socket.destroy(new Error(`no handshake within ${TIMEOUT_MS} ms`)));
    socket.once("error", reject);
  });
}
