import { IncomingMessage, type Server, ServerResponse } from "node:http";
import type {
  Http2SecureServer,
  Http2ServerRequest,
  Http2ServerResponse,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import { CallPlaces } from "./CallPlaces.ts";
import { ConnectionPlaces } from "./ConnectionPlaces.ts";
import type { GuardedCall } from "./GuardedCall.ts";
import { GuardedConnection } from "./GuardedConnection.ts";
import { Http1Call } from "./Http1Call.ts";
import { Http2Call } from "./Http2Call.ts";
import type { LimitEvent, ServerLimits } from "./ServerLimits.ts";
import { TurnQueue } from "./TurnQueue.ts";

/** How often ages are looked at. */
const SWEEP_MS = 1_000;
/** How long a client may take to read that a call or an idle connection has ended. */
const CLOSE_MS = 5_000;

type Ends = Pick<Socket, "remoteAddress" | "remotePort" | "localAddress">;

/** Keeps a server within its {@link ServerLimits}: at a bound, what a stranger holds gives its place. */
export class ConnectionGuard {
  readonly #limits: ServerLimits;
  readonly #onLimit: (event: LimitEvent) => void;
  readonly #connections: ConnectionPlaces<GuardedConnection>;
  readonly #calls: CallPlaces;
  /** Connections by both of their ends: a TLS socket and its TCP socket are different objects. */
  readonly #byEnds = new Map<string, GuardedConnection>();
  /** Calls that have a place, by {@link keyOf}. */
  readonly #placed = new WeakMap<object, { readonly call: GuardedCall; readonly connection: GuardedConnection }>();
  readonly #turns = new TurnQueue<GuardedConnection>();
  readonly #timer: NodeJS.Timeout;

  /** Must be created before any other listener for `request` is added. */
  constructor(server: Server | Http2SecureServer, limits: ServerLimits, onLimit: (event: LimitEvent) => void) {
    this.#limits = limits;
    this.#onLimit = onLimit;
    this.#connections = new ConnectionPlaces(limits.connections);
    this.#calls = new CallPlaces(limits.calls);
    server.prependListener("connection", (socket: Socket) => this.#open(socket));
    server.on("session", (session: ServerHttp2Session) => this.#openSession(session));
    this.#timer = setInterval(() => this.#sweep(), Math.min(SWEEP_MS, limits.firstCallMs)).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Takes a place for a call, and starts it when it is its turn. A call that is refused is never started. */
  enter(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    start: () => void,
  ): void {
    if (request instanceof IncomingMessage && response instanceof ServerResponse) {
      const connection = this.#byEnds.get(endsOf(request.socket));
      if (connection !== undefined) this.#take(connection, new Http1Call(request, response), response);
    }
    // An h2 stream took its place when it was opened.
    const placed = this.#placed.get(keyOf(response));
    if (placed === undefined) return;
    const { call, connection } = placed;
    if (connection.isProven) start();
    else this.#turns.add(connection, () => connection.calls.has(call) && start());
  }

  /** The handler has returned its answer. */
  answer(response: ServerResponse | Http2ServerResponse): void {
    const call = this.#placed.get(keyOf(response))?.call;
    if (call === undefined) return;
    call.answeredAt = performance.now();
    this.#calls.answer(call);
  }

  #open(socket: Socket): void {
    const ends = endsOf(socket);
    if (this.#connections.isFull && !this.#replace()) {
      this.#onLimit("connection-refused");
      socket.destroy();
      return;
    }
    const connection = new GuardedConnection(socket);
    this.#connections.add(connection);
    this.#byEnds.set(ends, connection);
    socket.once("close", () => {
      this.#connections.delete(connection);
      this.#turns.delete(connection);
      if (this.#byEnds.get(ends) === connection) this.#byEnds.delete(ends);
    });
  }

  /** Makes room for a connection. False when all are in use. */
  #replace(): boolean {
    const connection = this.#connections.replaceable(performance.now());
    if (connection === undefined) return false;
    this.#onLimit("connection-replaced");
    // The place is free at once, and not when the connection is closed.
    this.#connections.delete(connection);
    connection.destroy();
    return true;
  }

  #openSession(session: ServerHttp2Session): void {
    const connection = this.#byEnds.get(endsOf(session.socket));
    if (connection === undefined) {
      session.destroy();
      return;
    }
    connection.session = session;
    // Before Node's listener, which calls the handler.
    session.prependListener("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      this.#take(connection, new Http2Call(stream, headers[":method"]), stream);
    });
  }

  #take(connection: GuardedConnection, call: GuardedCall, key: ServerResponse | ServerHttp2Stream): void {
    connection.hadCall = true;
    this.#use(connection);
    if (connection.calls.size >= this.#limits.callsPerConnection || (this.#calls.isFull && !this.#replaceCall())) {
      this.#onLimit("call-refused");
      call.end();
      return;
    }
    connection.calls.add(call);
    this.#calls.add(call, connection);
    this.#placed.set(key, { call, connection });
    key.once("close", () => {
      this.#calls.delete(call);
      connection.calls.delete(call);
      this.#use(connection);
      if (!connection.isProven && call.isProof) this.#prove(connection);
    });
  }

  #prove(connection: GuardedConnection): void {
    const { session } = connection;
    connection.isProven = true;
    this.#connections.prove(connection);
    if (session?.destroyed === false) session.settings({ maxConcurrentStreams: this.#limits.callsPerConnection });
    this.#turns.release(connection);
  }

  /** Makes room for a call. False when all wait for their handlers. */
  #replaceCall(): boolean {
    const call = this.#calls.replaceable(performance.now());
    if (call === undefined) return false;
    this.#onLimit("call-replaced");
    // The place is free at once, and not when the stream is closed.
    this.#calls.delete(call)?.calls.delete(call);
    call.end();
    return true;
  }

  #use(connection: GuardedConnection): void {
    connection.usedAt = performance.now();
    this.#connections.use(connection);
  }

  /** Ends what is too old. Node does the same for headers and bodies of http/1.1. */
  #sweep(): void {
    const { firstCallMs, idleMs, callMs } = this.#limits;
    const now = performance.now();
    const unread: GuardedCall[] = [];
    for (const connection of this.#connections) {
      const unusedMs = now - connection.usedAt;
      if (!connection.hadCall && unusedMs >= firstCallMs) connection.destroy();
      else if (connection.calls.size === 0 && unusedMs >= idleMs + CLOSE_MS) connection.destroy();
      else if (connection.calls.size === 0 && unusedMs >= idleMs) connection.close();
      for (const call of connection.calls) {
        if (call.answeredAt !== undefined && call.unreadBytes > 0) unread.push(call);
        const ageMs = now - call.startedAt;
        if (ageMs < callMs) continue;
        this.#onLimit("call-ended");
        // The client does not even read the end of the call.
        if (ageMs >= callMs + CLOSE_MS) connection.destroy();
        else call.end();
      }
    }
    this.#endUnread(unread);
  }

  /** Ends answers that nobody reads, the oldest first, until the others have few bytes together. */
  #endUnread(unread: GuardedCall[]): void {
    unread.sort((left, right) => (left.answeredAt ?? 0) - (right.answeredAt ?? 0));
    let bytes = unread.reduce((sum, call) => sum + call.unreadBytes, 0);
    for (const call of unread) {
      if (bytes <= this.#limits.unreadBytes) return;
      bytes -= call.unreadBytes;
      this.#onLimit("call-ended");
      call.end();
    }
  }
}

/** The response over http/1.1, the stream over h2. */
function keyOf(response: ServerResponse | Http2ServerResponse): object {
  return response instanceof ServerResponse ? response : response.stream;
}

/** Both ends of a connection. No two open connections have the same ones. */
function endsOf({ remoteAddress, remotePort, localAddress }: Ends): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
