import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { JWK } from "jose";
import { createGate } from "../../src/gate/createGate.ts";
import type { Gate } from "../../src/gate/defineGate.ts";
import type { GateDependencies } from "../../src/gate/GateDependencies.ts";
import { TestCa } from "../cluster/TestCa.ts";

/** A CA as a provider has it: a root, and the intermediate that issues. */
export interface EdgeCa {
  /** The root, in PEM. */
  readonly root: string;
  readonly issuing: TestCa;
}

/** A CA with one intermediate. */
export async function edgeCa(name: string): Promise<EdgeCa> {
  const root = await TestCa.create(name);
  return { root: root.cert, issuing: await root.intermediate(`${name}, issuing`) };
}

/** Nothing of it is logged. */
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * A gate behind managed TLS that changes its CA while it serves: new connections get the new chain at once, and the old
 * ones end with the answer that they are giving next, as edges do.
 */
export class SwitchingEdge {
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
    const app = createGate(gate, { now: Date.now, log: SILENT, signingKey, ...more });
    const answer = getRequestListener((request) => app.fetch(request));
    const server = createServer({ ...(await certificate(ca)), keepAlive: true });
    server.keepAliveTimeout = 95_000;
    const edge = new SwitchingEdge(server);
    server.on("request", (incoming, outgoing) => {
      if (edge.#changes.get(incoming.socket) !== edge.#change) outgoing.setHeader("connection", "close");
      void answer(incoming, outgoing);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return edge;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async switchTo(ca: EdgeCa): Promise<void> {
    this.#server.setSecureContext(await certificate(ca));
    this.#change += 1;
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
