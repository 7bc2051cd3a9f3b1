import { X509Certificate } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { JWK } from "jose";
import type { Gate } from "../../../src/gate/config/defineGate.ts";
import type { GateDependencies } from "../../../src/gate/GateDependencies.ts";
import { type KeyPair, TestCa } from "../../cluster/TestCa.ts";
import type { EdgeProvider, GateEdge, TrustedCa } from "./GateEdge.ts";
import { gateListener } from "./gateListener.ts";

/** A CA like that of a provider: a root, and an intermediate that issues the certificates. */
export interface EdgeCa extends TrustedCa {
  readonly issuing: TestCa;
}

/** Creates a CA with one intermediate. */
export async function edgeCa(name: string): Promise<EdgeCa> {
  const root = await TestCa.create(name);
  return { root: root.cert, issuing: await root.intermediate(`${name}, issuing`) };
}

/** Edges in this process, with two new CAs. They are fast, for tests that switch often. */
export async function switchingEdges(): Promise<EdgeProvider<EdgeCa>> {
  const [old, next] = await Promise.all([edgeCa("old CA"), edgeCa("next CA")]);
  return { cas: { old, next }, start: SwitchingEdge.start, stop: async () => undefined };
}

/** The address of an edge, and further dependencies of its gate. Default: 127.0.0.1, a free port and the real clock. */
export interface EdgePlace extends Partial<Pick<GateDependencies, "announcement" | "now">> {
  readonly address?: string;
  readonly port?: number;
}

/**
 * A gate behind managed TLS that can change its CA while it serves. New connections get the new chain immediately.
 * Existing connections end after their next answer, as on real edges.
 */
export class SwitchingEdge implements GateEdge<EdgeCa> {
  readonly #server: Server;
  /** The certificate of each connection. A handshake that runs during a change uses the old certificate. */
  readonly #certificateOf = new WeakMap<Socket, string>();
  /** SHA-256 fingerprints of the certificates whose connections stay open. */
  #keptFingerprints: ReadonlySet<string>;

  private constructor(server: Server, { cert }: KeyPair) {
    this.#server = server;
    this.#keptFingerprints = new Set([fingerprintOf(cert)]);
    server.on("secureConnection", (socket) => {
      const own = socket.getCertificate();
      if (own !== null && "fingerprint256" in own) this.#certificateOf.set(socket, own.fingerprint256);
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
      if (!edge.#keptFingerprints.has(edge.#certificateOf.get(incoming.socket) ?? ""))
        outgoing.setHeader("connection", "close");
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

  /** Serves `pair`, valid or not. */
  serve(pair: KeyPair, connections: "end" | "stay" = "end"): void {
    this.#server.setSecureContext(pair);
    this.#keptFingerprints = new Set([
      ...(connections === "stay" ? this.#keptFingerprints : []),
      fingerprintOf(pair.cert),
    ]);
  }

  /** Ends every connection. The next call makes a handshake with the current certificate. */
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
