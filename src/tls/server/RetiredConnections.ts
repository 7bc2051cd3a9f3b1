import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** An http/1.1 connection. */
export interface TrackedSocket {
  calls: number;
  /** When the last call ended, on the clock of `performance.now()`. */
  quietSince: number;
}

/** How long connections of a replaced certificate may stay. */
export interface RetireOptions {
  /** Idle connections are closed after this time. */
  readonly drainMs: number;
  /** The additional time for open calls. */
  readonly graceMs: number;
  /** Called once when all are closed, with the number of connections that were cut off during a call. */
  readonly onDrained: (cutOff: number) => void;
}

const POLL_MS = 50;
/** The next call may be on its way on a connection that was busy a moment ago. */
const QUIET_MS = 250;

interface Retired {
  readonly idleUntil: number;
  readonly until: number;
}

/**
 * Connections with a replaced certificate. The next answer on each asks its client to reconnect: `Connection: close`, or
 * GOAWAY over h2, sent while a single call is being answered. Idle connections are closed at the end of the drain time, not
 * immediately, because a call may be on its way. Node cannot announce a GOAWAY in advance (RFC 9113 6.8): calls that cross
 * it are refused as not processed, and clients may send them again.
 */
export class RetiredConnections {
  readonly #sockets = new Map<Socket, Retired & { readonly tracked: TrackedSocket }>();
  readonly #sessions = new Map<ServerHttp2Session, Retired>();
  /** Fingerprints of certificates whose connections stay: the current one, and one that is about to replace it. */
  readonly #kept = new Set<string>();
  #current: Retired | undefined;
  #timer: NodeJS.Timeout | undefined;
  #cutOff = 0;
  readonly #waiting: ((cutOff: number) => void)[] = [];

  /** Retires connections of all certificates except the current one, given as its `X509Certificate.fingerprint256`. */
  retire(fingerprint: string, { drainMs, graceMs, onDrained }: RetireOptions): void {
    const idleUntil = performance.now() + Math.max(0, drainMs);
    this.#kept.clear();
    this.#kept.add(fingerprint);
    this.#current = { idleUntil, until: idleUntil + graceMs };
    this.#waiting.push(onDrained);
    this.#watch();
  }

  /** Keeps connections with this certificate until the next {@link retire}. */
  keep(fingerprint: string): void {
    this.#kept.add(fingerprint);
  }

  has(socket: Socket): boolean {
    return this.#sockets.has(socket);
  }

  /** Retires an http/1.1 connection, unless its certificate is kept. */
  addSocket(socket: Socket, tracked: TrackedSocket): void {
    const retired = socket instanceof TLSSocket ? this.#retirementOf(socket) : undefined;
    if (retired === undefined || this.#sockets.has(socket)) return;
    this.#sockets.set(socket, { ...retired, tracked });
    this.#watch();
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /** Retires an h2 session, unless its certificate is kept. */
  addSession(session: ServerHttp2Session): void {
    const { socket } = session;
    // Node's proxy for the socket supports `instanceof`, but not `in`.
    const retired = socket instanceof TLSSocket ? this.#retirementOf(socket) : undefined;
    if (retired === undefined || this.#sessions.has(session) || session.destroyed) return;
    this.#sessions.set(session, retired);
    this.#watch();
    session.once("close", () => this.#sessions.delete(session));
  }

  /** Called for each new h2 stream. `streams` is the number of open streams of the session. */
  onStream(session: ServerHttp2Session, streams: number): void {
    if (streams === 1 && this.#sessions.has(session) && !session.closed) session.close();
  }

  #retirementOf(socket: Pick<TLSSocket, "getX509Certificate">): Retired | undefined {
    if (this.#current === undefined) return undefined;
    // The certificate of the server on this connection, also for a resumed session.
    const fingerprint = socket.getX509Certificate()?.fingerprint256;
    return fingerprint !== undefined && this.#kept.has(fingerprint) ? undefined : this.#current;
  }

  #watch(): void {
    this.#timer ??= setInterval(() => this.#closeDue(), POLL_MS).unref();
  }

  #closeDue(): void {
    const now = performance.now();
    for (const [socket, { idleUntil, until, tracked }] of this.#sockets) {
      if (tracked.calls === 0 && now >= idleUntil && now - tracked.quietSince >= QUIET_MS) socket.destroySoon();
      else if (now >= until) this.#cut(socket);
    }
    for (const [session, { idleUntil, until }] of this.#sessions) {
      if (now >= until) this.#cut(session);
      else if (!session.closed && now >= idleUntil) session.close();
    }
    if (this.#sockets.size + this.#sessions.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const onDrained of this.#waiting.splice(0)) onDrained(this.#cutOff);
    this.#cutOff = 0;
  }

  #cut(connection: Socket | ServerHttp2Session): void {
    this.#cutOff += 1;
    connection.destroy();
  }
}
