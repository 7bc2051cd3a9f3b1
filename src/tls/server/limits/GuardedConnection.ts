import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { PlacedConnection } from "./ConnectionPlaces.ts";
import type { GuardedCall } from "./GuardedCall.ts";
import { peerOf } from "./peerOf.ts";

/** An open connection, as a server's limits see it. */
export class GuardedConnection implements PlacedConnection {
  readonly peer: string;
  readonly openedAt = performance.now();
  usedAt = this.openedAt;
  /** Whether it had a call, of whatever result. */
  hadCall = false;
  isProven = false;
  readonly calls = new Set<GuardedCall>();
  /** The h2 session; undefined for http/1.1 and during the TLS handshake. */
  session: ServerHttp2Session | undefined;
  readonly #socket: Socket;

  /** `socket` is the socket of TCP, also with TLS. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.peer = peerOf(socket.remoteAddress ?? "");
  }

  get isBusy(): boolean {
    for (const call of this.calls) if (call.answeredAt === undefined && call.isReceived) return true;
    return false;
  }

  /** Ends it without a word. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends an idle connection. An h2 client is told with GOAWAY. */
  close(): void {
    if (this.session === undefined || this.session.closed) this.#socket.destroy();
    else this.session.close();
  }
}
