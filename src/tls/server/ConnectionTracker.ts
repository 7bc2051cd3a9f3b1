import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { RetiredConnections, type RetireOptions } from "./RetiredConnections.ts";
import type { TrackedSocket } from "./TrackedSocket.ts";

/** An idle connection may have a call on the wire: it is closed only after it has been quiet for this long, in milliseconds. */
const QUIET_MS = 250;
const POLL_MS = 25;

/**
 * Connections of a server and the calls under way on them, for a stop that loses none, and for a change of certificate that
 * leaves none behind. Node's `closeIdleConnections` knows no h2, and an http2 server that also speaks http/1.1 does not have it.
 */
export class ConnectionTracker {
  readonly #sockets = new Map<Socket, TrackedSocket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #retired = new RetiredConnections();
  #handshakes = 0;
  #calls = 0;
  #draining = false;

  /** Has to be made before any other listener for `request`, so that it can set a header first. */
  constructor(server: Server | Http2SecureServer) {
    if ("setSecureContext" in server) this.#trackHandshakes(server);
    else server.on("connection", (socket: Socket) => this.#addSocket(socket));
    server.on(
      "request",
      (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) =>
        this.#enter(request, response),
    );
  }

  /** From now on every answer asks its client to close the connection (http/1.1), or to open no further stream (h2, GOAWAY). */
  drain(): void {
    this.#draining = true;
    for (const session of this.#sessions) session.close();
  }

  /** A certificate that is served from now on; by its fingerprint, as {@link retire} takes it. */
  serves(fingerprint: string): void {
    this.#retired.keep(fingerprint);
  }

  /** Drains the connections that were opened with another certificate than `fingerprint`, and those still being opened with one. */
  retire(fingerprint: string, options: RetireOptions): void {
    this.#retired.begin(fingerprint, options);
    for (const [socket, tracked] of this.#sockets) this.#retired.addSocket(socket, tracked);
    for (const session of this.#sessions) this.#retired.addSession(session);
  }

  /** Closes quiet connections, and busy ones as they finish; cuts off the rest after `graceMs`. Resolves to the number of calls cut off. */
  async closeAll(graceMs: number): Promise<number> {
    this.drain();
    const until = performance.now() + graceMs;
    for (;;) {
      this.#closeQuiet();
      const left = this.#calls + this.#handshakes + this.#sockets.size + this.#sessions.size;
      if (left === 0 || performance.now() >= until) break;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    const cutOff = this.#calls;
    for (const socket of this.#sockets.keys()) socket.destroy();
    for (const session of this.#sessions) session.destroy();
    return cutOff;
  }

  #trackHandshakes(server: Http2SecureServer): void {
    const raw = new Set<Socket>();
    const done = (socket: Socket): void => {
      if (raw.delete(socket)) this.#handshakes -= 1;
    };
    server.on("connection", (socket: Socket) => {
      raw.add(socket);
      this.#handshakes += 1;
      socket.once("close", () => done(socket));
    });
    server.on("secureConnection", (socket: TLSSocket) => {
      // The TLS socket is another object than the raw one; which one it stands on does not matter to a count.
      const [oldest] = raw;
      if (oldest !== undefined) done(oldest);
      if (socket.alpnProtocol !== "h2") this.#addSocket(socket);
    });
    server.on("session", (session: ServerHttp2Session) => this.#addSession(session));
  }

  #addSocket(socket: Socket): void {
    const tracked = { calls: 0, quietSince: performance.now() };
    this.#sockets.set(socket, tracked);
    socket.once("close", () => this.#sockets.delete(socket));
    if (socket instanceof TLSSocket) this.#retired.addSocket(socket, tracked);
  }

  #addSession(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.once("close", () => this.#sessions.delete(session));
    let streams = 0;
    session.on("stream", (stream) => {
      streams += 1;
      stream.once("close", () => {
        streams -= 1;
      });
      this.#retired.onStream(session, streams);
    });
    if (this.#draining) session.close();
    else this.#retired.addSession(session);
  }

  #enter(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void {
    const { socket } = request;
    const tracked = this.#sockets.get(socket);
    if (tracked !== undefined) {
      tracked.calls += 1;
      if (this.#draining || this.#retired.has(socket)) response.setHeader("connection", "close");
    }
    this.#calls += 1;
    response.once("close", () => {
      this.#calls -= 1;
      if (tracked === undefined) return;
      tracked.calls -= 1;
      tracked.quietSince = performance.now();
    });
  }

  /** `destroySoon` sends what is still buffered first. */
  #closeQuiet(): void {
    const now = performance.now();
    for (const [socket, { calls, quietSince }] of this.#sockets)
      if (calls === 0 && now - quietSince >= QUIET_MS) socket.destroySoon();
  }
}
