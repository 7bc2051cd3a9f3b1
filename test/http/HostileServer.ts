import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { TestCa } from "../cluster/TestCa.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";

/** What a server does with a connection, once it has read the first bytes of a request. `reset` ends TCP by RST. */
export type HostileAnswer = (socket: Socket, server: { readonly url: string; readonly reset: () => void }) => void;

/** A server on a free port of the loopback address that answers as a test says, in bytes. With a CA it serves TLS. */
export class HostileServer {
  answer: HostileAnswer = (socket) => socket.end();
  /** The first bytes of each connection, as text. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #scheme: string;

  private constructor(pair: { readonly cert: string; readonly key: string } | undefined, isTls: boolean) {
    this.#scheme = isTls ? "https" : "http";
    this.#server = pair === undefined ? createServer() : createTlsServer(pair);
    this.#server.on("connection", (socket: Socket) => this.#track(socket));
    this.#server.on(pair === undefined ? "connection" : "secureConnection", (socket: Socket) => this.#serve(socket));
  }

  static async start(ca?: TestCa): Promise<HostileServer> {
    const pair = await ca?.issue({ name: "hostile", hosts: ["127.0.0.1", "localhost"] });
    return new HostileServer(pair, pair !== undefined).#listen();
  }

  /** A server that has an https URL and makes no handshake. It answers to the ClientHello. */
  static withoutTls(): Promise<HostileServer> {
    return new HostileServer(undefined, true).#listen();
  }

  async #listen(): Promise<HostileServer> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
  }

  #serve(socket: Socket): void {
    socket.on("error", () => undefined);
    socket.once("data", (bytes: Buffer) => {
      this.requests.push(bytes.toString("latin1"));
      // A TLS socket cannot be reset.
      const below = [...this.#sockets].find(({ remotePort }) => remotePort === socket.remotePort);
      this.answer(socket, { url: this.url, reset: () => below?.resetAndDestroy() });
    });
  }

  get url(): string {
    const address = this.#server.address();
    return `${this.#scheme}://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
  }

  /** Resolves when no connection is left. */
  async idle(): Promise<void> {
    await eventually(
      "the end of all connections",
      () => (this.#sockets.size === 0 ? true : undefined),
      patience(10_000),
    );
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
