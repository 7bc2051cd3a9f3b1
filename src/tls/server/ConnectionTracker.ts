import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { RetiredConnections, type RetireOptions, type TrackedSocket } from "./RetiredConnections.ts";

/** A call may be on its way on an idle connection, so that it is closed only after this time without a call. */
const QUIET_MS = 250;
const POLL_MS = 25;

/**
 * Tracks the connections of a server and their open calls, for a stop that loses no call and for a change of certificate.
 * Node's `closeIdleConnections` ignores h2, and an http2 server that also speaks http/1.1 does not have it.
 */
export class ConnectionTracker {
  readonly #sockets = new Map<Socket, TrackedSocket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #retired = new RetiredConnections();
  #handshakes = 0;
  #calls = 0;
  #draining = false;

  /** Must be created before any other listener for `request`, so that it can set a header first. */
  constructor(server: Server | Http2SecureServer) {
    if ("setSecureContext" in server) this.#trackHandshakes(server);
    else server.on("connection", (socket: Socket) => this.#addSocket(socket));
    server.on(
      "request",
      (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) =>
        this.#enter(request, response),
    );
  }

  /** From now on, each answer asks its client to close the connection (http/1.1) or to open no more streams (h2, GOAWAY). */
  drain(): void {
    this.#draining = true;
    for (const session of this.#sessions) session.close();
  }

  /** Keeps connections with this certificate until the next {@link retire}. */
  keep(fingerprint: string): void {
    this.#retired.keep(fingerprint);
  }

  /** Drains connections with a certificate other than `fingerprint`, including those still in their handshake. */
  retire(fingerprint: string, options: RetireOptions): void {
    this.#retired.retire(fingerprint, options);
    for (const [socket, tracked] of this.#sockets) this.#retired.addSocket(socket, tracked);
    for (const session of this.#sessions) this.#retired.addSession(session);
  }

  /** Closes idle connections, and busy ones when they finish. Cuts off the rest after `graceMs`. Resolves to the number of calls that were cut off. */
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
      // The TLS socket and its raw socket are different objects. The count does not need the exact match.
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

  /** `destroySoon` sends buffered data first. */
  #closeQuiet(): void {
    const now = performance.now();
    for (const [socket, { calls, quietSince }] of this.#sockets)
      if (calls === 0 && now - quietSince >= QUIET_MS) socket.destroySoon();
  }
}
