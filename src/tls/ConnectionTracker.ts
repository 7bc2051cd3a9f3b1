import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/**
 * Connections of a server and the calls under way on them, for a stop that loses none. Node's `closeIdleConnections`
 * knows no h2, and an http2 server that also speaks http/1.1 does not have it.
 */
export class ConnectionTracker {
  /** Calls under way on each http/1.1 connection. */
  readonly #sockets = new Map<Socket, number>();
  readonly #sessions = new Set<ServerHttp2Session>();
  #calls = 0;
  #draining = false;
  #onChange: (() => void) | undefined;

  /** Has to be made before any other listener for `request`, so that it can set a header first. */
  constructor(server: Server | Http2SecureServer) {
    server.on("connection", (socket: Socket) => {
      if (!("setSecureContext" in server)) this.#addSocket(socket);
    });
    server.on("secureConnection", (socket: TLSSocket) => {
      if (socket.alpnProtocol !== "h2") this.#addSocket(socket);
    });
    server.on("session", (session: ServerHttp2Session) => this.#addSession(session));
    server.on("request", (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) =>
      this.#enter(request, response),
    );
  }

  /** From now on every answer asks its client to close the connection (http/1.1), or to open no further stream (h2, GOAWAY). */
  drain(): void {
    this.#draining = true;
    for (const session of this.#sessions) session.close();
  }

  /** Closes idle connections now and busy ones as they finish; cuts off the rest after `graceMs`. Resolves to the number of calls cut off. */
  async closeAll(graceMs: number): Promise<number> {
    this.drain();
    this.#closeIdle();
    if (this.#calls > 0) await this.#allDone(graceMs);
    const cutOff = this.#calls;
    for (const socket of this.#sockets.keys()) socket.destroy();
    for (const session of this.#sessions) session.destroy();
    return cutOff;
  }

  #allDone(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#onChange = () => {
        this.#closeIdle();
        if (this.#calls > 0) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #addSocket(socket: Socket): void {
    this.#sockets.set(socket, 0);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #addSession(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.once("close", () => this.#sessions.delete(session));
    if (this.#draining) session.close();
  }

  #enter(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void {
    const { socket } = request;
    const isHttp1 = this.#sockets.has(socket);
    if (isHttp1) this.#sockets.set(socket, (this.#sockets.get(socket) ?? 0) + 1);
    if (isHttp1 && this.#draining) response.setHeader("connection", "close");
    this.#calls += 1;
    response.once("close", () => {
      this.#calls -= 1;
      const calls = this.#sockets.get(socket);
      if (calls !== undefined) this.#sockets.set(socket, calls - 1);
      this.#onChange?.();
    });
  }

  /** `destroySoon` sends what is still buffered first. */
  #closeIdle(): void {
    for (const [socket, calls] of this.#sockets) if (calls === 0) socket.destroySoon();
  }
}
