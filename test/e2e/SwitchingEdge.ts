import { X509Certificate } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { JWK } from "jose";
import type { Gate } from "../../src/gate/config/defineGate.ts";
import type { GateDependencies } from "../../src/gate/GateDependencies.ts";
import { type KeyPair, TestCa } from "../cluster/TestCa.ts";
import type { EdgeProvider, GateEdge, TrustedCa } from "./GateEdge.ts";
import { gateListener } from "./gateListener.ts";

/** A CA as a provider has it: a root, and the intermediate that issues. */
export interface EdgeCa extends TrustedCa {
  readonly issuing: TestCa;
}

/** A CA with one intermediate. */
export async function edgeCa(name: string): Promise<EdgeCa> {
  const root = await TestCa.create(name);
  return { root: root.cert, issuing: await root.intermediate(`${name}, issuing`) };
}

/** Edges in this process, with CAs of its own: as fast as tests of faults want them. */
export async function switchingEdges(): Promise<EdgeProvider<EdgeCa>> {
  const [old, next] = await Promise.all([edgeCa("old CA"), edgeCa("next CA")]);
  return { cas: { old, next }, start: SwitchingEdge.start, stop: async () => undefined };
}

/** Where an edge listens, and what else its gate is handed. Default: 127.0.0.1, a free port, and the time as it is. */
export interface EdgePlace extends Partial<Pick<GateDependencies, "announcement" | "now">> {
  readonly address?: string;
  readonly port?: number;
}

/**
 * A gate behind managed TLS that changes its CA while it serves: new connections get the new chain at once, and the old
 * ones end with the answer that they are giving next, as edges do.
 */
export class SwitchingEdge implements GateEdge<EdgeCa> {
  readonly #server: Server;
  /** The certificate that each connection was made with: a handshake that is under way during a change has the old one. */
  readonly #shown = new WeakMap<Socket, string>();
  /** Certificates whose connections stay. By SHA-256. */
  #kept: ReadonlySet<string>;

  private constructor(server: Server, { cert }: KeyPair) {
    this.#server = server;
    this.#kept = new Set([fingerprintOf(cert)]);
    server.on("secureConnection", (socket) => {
      const own = socket.getCertificate();
      if (own !== null && "fingerprint256" in own) this.#shown.set(socket, own.fingerprint256);
    });
  }

  static async start(gate: Gate, signingKey: JWK, ca: EdgeCa, place: EdgePlace = {}): Promise<SwitchingEdge> {
    const { address = "127.0.0.1", port = 0, ...more } = place;
    const answer = gateListener(gate, signingKey, more);
    const pair = await certificate(ca);
    const server = createServer({ ...pair, keepAlive: true });
    server.keepAliveTimeout = 95_000;
    const edge = new SwitchingEdge(server, pair);
    server.on("request", (incoming, outgoing) => {
      if (!edge.#kept.has(edge.#shown.get(incoming.socket) ?? "")) outgoing.setHeader("connection", "close");
      answer(incoming, outgoing);
    });
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, address, resolve));
    return edge;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async switchTo(ca: EdgeCa, connections: "end" | "stay" = "end"): Promise<void> {
    this.serve(await certificate(ca), connections);
  }

  /** Whatever it is. */
  serve(pair: KeyPair, connections: "end" | "stay" = "end"): void {
    this.#server.setSecureContext(pair);
    this.#kept = new Set([...(connections === "stay" ? this.#kept : []), fingerprintOf(pair.cert)]);
  }

  /** Ends every connection, so that whoever calls next shakes hands with what is served now. */
  dropConnections(): void {
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function fingerprintOf(cert: string): string {
  return new X509Certificate(cert).fingerprint256;
}

function certificate({ issuing }: EdgeCa): Promise<KeyPair> {
  return issuing.issue({ name: "edge", hosts: ["127.0.0.1", "localhost"] });
}
