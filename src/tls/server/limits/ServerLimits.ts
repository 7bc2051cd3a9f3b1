/** Bounds on what callers may hold open at a server. Times are in milliseconds. */
export interface ServerLimits {
  /** Open connections, those in their handshake included. At the bound, a new connection takes the place of another one. */
  readonly connections: number;
  /** Concurrent calls of one connection. For h2 it is announced as SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113 6.5.2). */
  readonly callsPerConnection: number;
  /**
   * Concurrent streams of an h2 connection until it has a proof. Node refuses more without a call of our code, and Go opens a
   * further connection. To end a stream costs 0.3 ms, which a stranger makes a server do for all that it has open.
   */
  readonly callsUnproven: number;
  /** Open calls of all connections. At the bound, a new call takes the place of one that waits for its client. */
  readonly calls: number;
  /** Bytes of answers that clients have not taken, of all calls. Above it the oldest answers are cut off. */
  readonly unreadBytes: number;
  /** From the start of a connection to the headers of its first call, with the TLS handshake. */
  readonly firstCallMs: number;
  /** How long a connection stays open without a call. Frames that are no call, such as PING, do not count. */
  readonly idleMs: number;
  /** From the headers of a call to the end of its answer. */
  readonly callMs: number;
}

/**
 * Defaults, for a process with 512 MiB. An idle h2 connection takes 105 KB and an open call 22 KB without its body (measured
 * with Node 24), so that all connections and calls together take 130 MB at most.
 *
 * - `callsPerConnection`: the least that RFC 9113 6.5.2 recommends, and what an API server grants its own clients. Go opens
 *   a further connection for more.
 * - `calls`: four times the 256 calls that a gate judges at a time. A call that a gate turns away is answered, so it is one.
 * - `unreadBytes`: an answer has at most a few KB, but that to a conversion has as much as the request.
 * - `firstCallMs`: Go's limit for a TLS handshake.
 * - `idleMs`: an API server keeps idle connections for 90 s, and does not retry a POST on one that was just closed.
 * - `callMs`: longer than the 30 s that an API server waits at most.
 */
export const DEFAULT_LIMITS: ServerLimits = {
  connections: 1_024,
  callsPerConnection: 100,
  callsUnproven: 10,
  calls: 1_024,
  unreadBytes: 32 * 1024 * 1024,
  firstCallMs: 10_000,
  idleMs: 95_000,
  callMs: 40_000,
};

/** Something that a server did because of its {@link ServerLimits}. */
export type LimitEvent =
  /** A connection was closed to make room for another one. */
  | "connection-replaced"
  /** A connection was refused: all others were in use. */
  | "connection-refused"
  /** A call that waited for its client, to send the body or to read the answer, was ended to make room for another one. */
  | "call-replaced"
  /** A call got a 503: all others waited for the server, or its connection had too many. */
  | "call-refused"
  /** A call was ended because it was older than `callMs`. */
  | "call-ended";
