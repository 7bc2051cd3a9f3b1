import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { TrackedSocket } from "./TrackedSocket.ts";

/** How long connections of an old certificate may go on, in milliseconds from now. */
export interface RetireOptions {
  /** From then on an idle connection is closed. */
  readonly drainMs: number;
  /** How much longer a call that is under way may take. */
  readonly graceMs: number;
  /** Called once, when none is left that is known of, with the number of connections that were cut off in a call. */
  readonly onDrained: (cutOff: number) => void;
}

/** How often it is looked after the connections. */
const POLL_MS = 50;
/** One that was busy a moment ago may have its next call on the wire. In milliseconds. */
const QUIET_MS = 250;
interface Retired {
  readonly idleUntil: number;
  readonly until: number;
}

/**
 * Connections that were opened with a certificate that has been replaced. Each tells its client with the next answer to come
 * again on another one: by `Connection: close`, or over h2 by GOAWAY, which goes out while a single call is being answered.
 * What stays idle all the same is closed at the end, and not at once, for a call may be on its way on it. Node cannot
 * announce a GOAWAY (RFC 9113 6.8): calls that meet it are refused as not processed, and so may be sent again.
 */
export class RetiredConnections {
  readonly #sockets = new Map<Socket, Retired & { readonly tracked: TrackedSocket }>();
  readonly #sessions = new Map<ServerHttp2Session, Retired>();
  /** Of certificates whose connections are not retired: the one in force, and one that has just taken its place. */
  readonly #kept = new Set<string>();
  #current: Retired | undefined;
  #timer: NodeJS.Timeout | undefined;
  #cutOff = 0;
  readonly #waiting: ((cutOff: number) => void)[] = [];

  /** `fingerprint` is that of the certificate in force, as `X509Certificate.fingerprint256`. */
  begin(fingerprint: string, { drainMs, graceMs, onDrained }: RetireOptions): void {
    const idleUntil = performance.now() + Math.max(0, drainMs);
    this.#kept.clear();
    this.#kept.add(fingerprint);
    this.#current = { idleUntil, until: idleUntil + graceMs };
    this.#waiting.push(onDrained);
    this.#watch();
  }

  /** Connections of this certificate are none of the retired ones, until the next {@link begin}. */
  keep(fingerprint: string): void {
    this.#kept.add(fingerprint);
  }

  has(socket: Socket): boolean {
    return this.#sockets.has(socket);
  }

  /** Takes it up if it is of another certificate than the one in force, and was not retired before. */
  addSocket(socket: Socket, tracked: TrackedSocket): void {
    const retired = socket instanceof TLSSocket ? this.#retiredBy(socket) : undefined;
    if (retired === undefined || this.#sockets.has(socket)) return;
    this.#sockets.set(socket, { ...retired, tracked });
    this.#watch();
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /** The same for h2. */
  addSession(session: ServerHttp2Session): void {
    const { socket } = session;
    // Node's proxy for it answers `instanceof`, and not `in`.
    const retired = socket instanceof TLSSocket ? this.#retiredBy(socket) : undefined;
    if (retired === undefined || this.#sessions.has(session) || session.destroyed) return;
    this.#sessions.set(session, retired);
    this.#watch();
    session.once("close", () => this.#sessions.delete(session));
  }

  /** A call has come in over h2; `streams` is how many its session has now. */
  onStream(session: ServerHttp2Session, streams: number): void {
    if (streams === 1 && this.#sessions.has(session) && !session.closed) session.close();
  }

  #retiredBy(socket: Pick<TLSSocket, "getX509Certificate">): Retired | undefined {
    if (this.#current === undefined) return undefined;
    // The server's own certificate on this connection, resumed or not.
    const fingerprint = socket.getX509Certificate()?.fingerprint256;
    return fingerprint !== undefined && this.#kept.has(fingerprint) ? undefined : this.#current;
  }

  #watch(): void {
    this.#timer ??= setInterval(() => this.#look(), POLL_MS).unref();
  }

  #look(): void {
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
