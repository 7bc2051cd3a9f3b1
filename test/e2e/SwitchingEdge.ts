import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { JWK } from "jose";
import type { Gate } from "../../src/gate/defineGate.ts";
import type { GateDependencies } from "../../src/gate/GateDependencies.ts";
import { TestCa } from "../cluster/TestCa.ts";
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

/**
 * A gate behind managed TLS that changes its CA while it serves: new connections get the new chain at once, and the old
 * ones end with the answer that they are giving next, as edges do.
 */
export class SwitchingEdge implements GateEdge<EdgeCa> {
  readonly #server: Server;
  /** The change of certificate in which each connection was made. */
  readonly #changes = new WeakMap<Socket, number>();
  #change = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on("secureConnection", (socket) => this.#changes.set(socket, this.#change));
  }

  /** `more`: what else the gate is handed, such as an announcement. */
  static async start(
    gate: Gate,
    signingKey: JWK,
    ca: EdgeCa,
    more: Pick<GateDependencies, "announcement"> = {},
  ): Promise<SwitchingEdge> {
    const answer = gateListener(gate, signingKey, more);
    const server = createServer({ ...(await certificate(ca)), keepAlive: true });
    server.keepAliveTimeout = 95_000;
    const edge = new SwitchingEdge(server);
    server.on("request", (incoming, outgoing) => {
      if (edge.#changes.get(incoming.socket) !== edge.#change) outgoing.setHeader("connection", "close");
      answer(incoming, outgoing);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return edge;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async switchTo(ca: EdgeCa, connections: "end" | "stay" = "end"): Promise<void> {
    this.#server.setSecureContext(await certificate(ca));
    if (connections === "end") this.#change += 1;
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

function certificate({ issuing }: EdgeCa): Promise<{ cert: string; key: string }> {
  return issuing.issue({ name: "edge", hosts: ["127.0.0.1"] });
}
