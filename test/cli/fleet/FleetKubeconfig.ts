import { createServer, type Server, type Socket } from "node:net";

/** A user of a kubeconfig. */
type User = Readonly<Record<string, unknown>>;

/** The members of a cluster in a kubeconfig, such as `server`. */
type ClusterMembers = Readonly<Record<string, unknown>>;

/** A kubeconfig with many contexts, and servers that do not answer as they should. */
export class FleetKubeconfig {
  readonly #clusters: { name: string; cluster: ClusterMembers }[] = [];
  readonly #users: { name: string; user: User }[] = [];
  readonly #contexts: { name: string; context: { cluster: string; user: string } }[] = [];
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  /** Adds a context with a cluster and a user of its own. */
  add(name: string, cluster: ClusterMembers, user: User = { token: "t" }): this {
    this.#clusters.push({ name, cluster });
    this.#users.push({ name, user });
    this.#contexts.push({ name, context: { cluster: name, user: name } });
    return this;
  }

  /** Adds a context whose port is closed. */
  addClosed(name: string): this {
    // Nothing listens on port 1.
    return this.add(name, { server: "http://127.0.0.1:1", "insecure-skip-tls-verify": true });
  }

  /** Adds a context whose server accepts connections and never answers. */
  async addBlackHole(name: string): Promise<this> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.#servers.push(server);
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    return this.add(name, { server: `https://127.0.0.1:${port}`, "insecure-skip-tls-verify": true });
  }

  get text(): string {
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: this.#clusters,
      users: this.#users,
      contexts: this.#contexts,
      "current-context": this.#contexts[0]?.name,
    });
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
  }
}
