import type { X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import type { JWK } from "jose";
import type { Gate } from "../../src/gate/config/defineGate.ts";
import { PebbleCa } from "../acme/PebbleCa.ts";
import { ChildService } from "../cluster/ChildService.ts";
import { freePorts } from "../cluster/freePorts.ts";
import { toolBinary } from "../cluster/toolBinary.ts";
import { patience } from "../run/speedFactor.ts";
import { type CaddyPorts, caddyConfig } from "./caddyConfig.ts";
import type { EdgeProvider, GateEdge } from "./GateEdge.ts";
import { gateListener } from "./gateListener.ts";
import { Started } from "./Started.ts";

/** An order takes pebble half a second; it refuses one nonce in twenty, and caddy asks again. In milliseconds, on the reference machine. */
const ISSUE_PATIENCE = 60_000;
/** In milliseconds. */
const TIMEOUT = patience(5_000);

/** Edges as managed TLS has them: caddy, with certificates by ACME from two CAs. `pebble` is the path of that binary. */
export async function managedEdges(pebble: string): Promise<EdgeProvider<PebbleCa>> {
  const started = new Started();
  const start = (): Promise<PebbleCa> => started.add(PebbleCa.start(pebble), (ca) => ca.stop());
  try {
    const [old, next] = await Promise.all([start(), start()]);
    return { cas: { old, next }, start: ManagedEdge.start, stop: () => started.stop() };
  } catch (error) {
    await started.stop();
    throw error;
  }
}

/**
 * A gate on Node behind caddy, whose certificate is issued by ACME. The CA is changed as an operator changes it: another
 * issuer in caddy's configuration, live, and a renewal. Until the new certificate is there, the old one is served.
 */
export class ManagedEdge implements GateEdge<PebbleCa> {
  readonly #gate: Server;
  readonly #caddy: ChildService;
  readonly #folder: string;
  readonly #ports: CaddyPorts;
  #ca: PebbleCa;

  private constructor(gate: Server, caddy: ChildService, folder: string, ports: CaddyPorts, ca: PebbleCa) {
    this.#gate = gate;
    this.#caddy = caddy;
    this.#folder = folder;
    this.#ports = ports;
    this.#ca = ca;
  }

  /** Resolves when it serves a certificate of `ca`. */
  static async start(gate: Gate, signingKey: JWK, ca: PebbleCa): Promise<ManagedEdge> {
    const [binary, folder, [edge = 0, admin = 0]] = await Promise.all([
      toolBinary("caddy", () => undefined),
      mkdtemp(join(tmpdir(), "postern-managed-edge-")),
      freePorts(2),
    ]);
    const server = createServer(gateListener(gate, signingKey));
    // Longer than caddy keeps its connections to the gate.
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
    const managed = new ManagedEdge(server, caddy, folder, ports, ca);
    try {
      await caddy.waitUntil(() => managed.#serves(ca), patience(ISSUE_PATIENCE));
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
      // Whatever is as old as what is served now is due; what is issued from now on is not, for as long again.
      const [start, end] = [served.validFromDate.getTime(), served.validToDate.getTime()];
      const dueBefore = (end - Date.now()) / (end - start);
      await this.#load({ issuer: ca, renewal: { from: this.#ca, dueBefore } });
      await this.#caddy.waitUntil(() => this.#serves(ca), patience(ISSUE_PATIENCE));
      this.#ca = ca;
    }
    if (connections === "end") await this.dropConnections();
  }

  /** Caddy takes its configuration anew, and ends connections as it does then: each with a GOAWAY, none in mid-answer. */
  async dropConnections(): Promise<void> {
    await this.#load({ issuer: this.#ca });
  }

  async stop(): Promise<void> {
    await this.#caddy.stop("SIGKILL");
    this.#gate.closeAllConnections();
    await new Promise((resolve) => this.#gate.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Whether a handshake with nothing but the CA's root for trust succeeds. */
  #serves(ca: PebbleCa): Promise<boolean> {
    return shakeHands(this.#ports.edge, { ca: ca.root }).then(
      () => true,
      () => false,
    );
  }

  #leaf(): Promise<X509Certificate> {
    return shakeHands(this.#ports.edge, { rejectUnauthorized: false });
  }

  #load(trust: Parameters<typeof caddyConfig>[2]): Promise<void> {
    const text = JSON.stringify(caddyConfig(this.#folder, this.#ports, trust));
    // Without this a configuration that is in force already is passed over.
    const headers = { "content-type": "application/json", "cache-control": "must-revalidate" };
    const options = { method: "POST", headers, agent: false, timeout: TIMEOUT };
    return new Promise((resolve, reject) => {
      const sent = request(`http://127.0.0.1:${this.#ports.admin}/load`, options, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        if (response.statusCode === 200) resolve();
        else reject(new Error(`caddy took no configuration: ${Buffer.concat(chunks).toString()}`));
      });
      sent.once("timeout", () => sent.destroy(new Error(`caddy's admin port took more than ${TIMEOUT} ms`)));
      sent.once("error", reject);
      sent.end(text);
    });
  }
}

/** The leaf that is served. Rejects where the handshake fails. */
async function shakeHands(
  port: number,
  trust: { readonly ca: string } | { readonly rejectUnauthorized: false },
): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: TIMEOUT, ...trust }, () => {
      const leaf = socket.getPeerX509Certificate();
      socket.destroy();
      if (leaf === undefined) reject(new Error("no certificate is served"));
      else resolve(leaf);
    });
    socket.once("timeout", () => socket.destroy(new Error(`no handshake within ${TIMEOUT} ms`)));
    socket.once("error", reject);
  });
}
