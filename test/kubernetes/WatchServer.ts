import { createServer, type Server, type ServerResponse } from "node:http";
import { KubeConfig } from "@kubernetes/client-node";

/** An API server that answers every GET with an open watch. */
export class WatchServer {
  readonly #server: Server;
  readonly #watches = new Set<ServerResponse>();
  /** The number of watches that were opened. */
  opened = 0;

  constructor() {
    this.#server = createServer((_, response) => {
      this.opened += 1;
      response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
      this.#watches.add(response);
      response.on("close", () => this.#watches.delete(response));
    });
  }

  /** Starts the server. Resolves to a kubeconfig of it. */
  async start(): Promise<KubeConfig> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the server does not listen");
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: "here", server: `http://127.0.0.1:${address.port}`, skipTLSVerify: true },
      { name: "me" },
    );
    return config;
  }

  /** The number of open watches. */
  get open(): number {
    return this.#watches.size;
  }

  /** Sends an event to all open watches. */
  send(type: "ADDED" | "MODIFIED" | "DELETED", object: object): void {
    for (const watch of this.#watches) watch.write(`${JSON.stringify({ type, object })}\n`);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
