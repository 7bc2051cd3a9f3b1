import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** A server on one loopback address. `stop` also closes its connections. */
export class TlsEdge {
  readonly port: number;
  /** The SNI names that clients sent. */
  readonly serverNames: string[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, serverNames: string[]) {
    this.#server = server;
    this.serverNames = serverNames;
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the server does not listen on a port");
    this.port = address.port;
  }

  /** Serves TLS. Pass `port` to serve the same port on a second address. */
  static tls(options: TlsOptions, address = "127.0.0.1", port = 0): Promise<TlsEdge> {
    const names: string[] = [];
    const SNICallback: TlsOptions["SNICallback"] = (name, done) => {
      names.push(name);
      done(null);
    };
    const server = createTlsServer({ ...options, SNICallback }, (socket) => socket.on("error", () => {}));
    server.on("tlsClientError", () => {});
    return TlsEdge.#listen(server, address, port, names);
  }

  /** Accepts TCP connections and passes them to `onConnection`. */
  static tcp(onConnection: (socket: Socket) => void, address = "127.0.0.1", port = 0): Promise<TlsEdge> {
    return TlsEdge.#listen(createServer(onConnection), address, port, []);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  static async #listen(server: Server, address: string, port: number, names: string[]): Promise<TlsEdge> {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, address, resolve);
    });
    const edge = new TlsEdge(server, names);
    server.on("connection", (socket: Socket) => {
      edge.#sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => edge.#sockets.delete(socket));
    });
    return edge;
  }
}
