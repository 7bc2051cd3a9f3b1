import { constants, X509Certificate } from "node:crypto";
import {
  createServer,
  type ServerOptions as HttpServerOptions,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type SecureServerOptions,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { getRequestListener } from "@hono/node-server";
import { lowestVersion } from "../pair/servedVersions.ts";
import { ConnectionTracker } from "./ConnectionTracker.ts";
import { ConnectionGuard } from "./limits/ConnectionGuard.ts";
import { DEFAULT_LIMITS, type LimitEvent, type ServerLimits } from "./limits/ServerLimits.ts";
import type { RetireOptions } from "./RetiredConnections.ts";
import { servedCiphers } from "./servedCiphers.ts";

/** A PEM certificate chain with its private key. */
export interface KeyPair {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** Options of {@link startServer}. */
export interface ServerOptions {
  /** `incoming` is the request as Node has it. */
  readonly fetch: (request: Request, incoming: IncomingMessage | Http2ServerRequest) => Response | Promise<Response>;
  /** 0 selects a free port. */
  readonly port: number;
  /** Default: all addresses. */
  readonly hostname?: string;
  /** HTTPS with h2 and http/1.1 by ALPN. Default: plain HTTP, for a server behind an edge that terminates TLS. */
  readonly tls?: KeyPair;
  /**
   * Whether TLS clients are asked for a certificate. They may have none, and any certificate is accepted: whoever answers the call
   * verifies its chain. Sessions are not resumed, because a resumed one has no chain.
   */
  readonly asksForCertificate?: boolean;
  /** The answer to a request that is not a valid `Request`, such as one without a host. Default: 400 without a body. */
  readonly onBadRequest?: () => Response;
  /** Called for a connection that ends in its TLS handshake. */
  readonly onTlsError?: (error: Error) => void;
  /** Bounds on what callers may hold open. Default: {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<ServerLimits>;
  /** Called each time that a limit was applied, which a flood makes thousands of times a second. */
  readonly onLimit?: (event: LimitEvent) => void;
}

/** A listening server. */
export interface RunningServer {
  readonly port: number;
  /** An address at which this machine can reach the server. */
  readonly loopback: string;
  /**
   * Serves another pair from the next connection on. Connections that are open, or in their handshake, keep their pair.
   * Sessions of the old pair can no longer be resumed. Throws and changes nothing when OpenSSL cannot use the pair, or when
   * the server speaks plain HTTP.
   */
  replaceCertificate(pair: KeyPair): void;
  /** Drains the connections of all pairs except the current one, without losing a call. */
  retireConnections(options: RetireOptions): void;
  /**
   * Stops without losing a call. Answers tell clients to close their connections. Open calls are finished, and cut off after
   * `graceMs` (default 35 s, longer than the API server's longest timeout). New connections are still accepted for
   * `lameDuckMs`, so that a load balancer can react. Resolves to the number of calls that were cut off.
   */
  stop(options?: { graceMs?: number; lameDuckMs?: number }): Promise<number>;
}

/** The API server's longest timeout is 30 s. A request that takes longer to arrive is obsolete. */
const REQUEST_TIMEOUT_MS = 35_000;
/** How often Node looks for requests that take too long. Its default is 30 s. */
const CHECK_MS = 1_000;
/** A client that sends more frames that are not valid, or streams that are refused, is cut off. Node's default is 1000. */
const MAX_INVALID_FRAMES = 100;
/**
 * Streams that a client may reset, beside a burst of as many as it may have open. Above it, its connection ends: a stream that
 * is opened and reset costs 10 bytes to send, and 0.1 ms here. This is nghttp2's default; that of the burst is 1000.
 */
const RESETS_PER_SECOND = 33;
const GRACE_MS = 35_000;
/**
 * The list of CAs is empty, so that a client sends its certificate whatever CA it has: Go's clients send none when their CA is not in
 * the list, and the list of 1,000 CAs is too long for a handshake. Without tickets, which would be the only way to resume
 * (Node keeps no sessions), each handshake has the whole chain. Renegotiation could change the certificate of a connection.
 */
const FOR_CLIENT_CERTIFICATES = {
  requestCert: true,
  rejectUnauthorized: false,
  ca: [] as string[],
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
};

/** Starts a server for a fetch handler. Rejects with the system error, such as EADDRINUSE, when it cannot listen. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const listener = getRequestListener((request, { incoming, outgoing }) => answer(request, incoming, outgoing), {
    errorHandler: () => options.onBadRequest?.() ?? new Response(null, { status: 400 }),
  });
  // Options that Node takes only when a server is created.
  const http1 = { connectionsCheckingInterval: CHECK_MS };
  const ofClients = options.asksForCertificate === true ? FOR_CLIENT_CERTIFICATES : {};
  const secure =
    options.tls === undefined
      ? undefined
      : createSecureServer({ ...secureOptions(options.tls, limits, http1), ...ofClients });
  const server = secure ?? createServer(http1);
  let served = options.tls === undefined ? "" : fingerprintOf(options.tls);
  Object.assign(server, {
    keepAliveTimeout: limits.idleMs,
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: limits.firstCallMs,
  });
  const guard = new ConnectionGuard(server, limits, options.onLimit ?? (() => {}));
  const connections = new ConnectionTracker(server);
  const answer = async (
    request: Request,
    incoming: IncomingMessage | Http2ServerRequest,
    outgoing: ServerResponse | Http2ServerResponse,
  ): Promise<Response> => {
    const response = await options.fetch(request, incoming);
    // HTTP/2 forbids the Connection header (RFC 9113 8.2.2), and Node prints a warning about it.
    if (incoming.httpVersionMajor === 2) response.headers.delete("connection");
    guard.answer(outgoing);
    return response;
  };
  server.on(
    "request",
    (incoming: IncomingMessage | Http2ServerRequest, outgoing: ServerResponse | Http2ServerResponse) => {
      guard.enter(incoming, outgoing, () => void listener(incoming, outgoing));
    },
  );
  if (options.onTlsError !== undefined) server.on("tlsClientError", options.onTlsError);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.hostname, resolve);
  });
  const { port, address } = server.address() as AddressInfo;
  return {
    port,
    loopback: loopbackOf(address),
    replaceCertificate(pair) {
      const fingerprint = fingerprintOf(pair);
      if (secure === undefined) throw new Error("a server without TLS has no certificate to replace");
      // Each context without ticketKeys creates new ones, so that tickets of the old context are invalid.
      secure.setSecureContext({ ...pair, minVersion: lowestVersion(), ciphers: servedCiphers(), ...ofClients });
      // The pair is checked before old connections are retired, so that connections of both pairs stay until then.
      connections.keep(fingerprint);
      served = fingerprint;
    },
    retireConnections: (how) => connections.retire(served, how),
    async stop({ graceMs = GRACE_MS, lameDuckMs = 0 } = {}) {
      connections.drain();
      if (lameDuckMs > 0) await new Promise((resolve) => setTimeout(resolve, lameDuckMs));
      server.close();
      return connections.closeAll(graceMs).finally(() => guard.stop());
    },
  };
}

function fingerprintOf({ cert }: KeyPair): string {
  return new X509Certificate(cert).fingerprint256;
}

function loopbackOf(address: string): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  if (address !== "::") return address;
  // A socket on "::" also accepts IPv4, and the loopback interface of a container may have no IPv6.
  const own = Object.values(networkInterfaces()).flatMap((it) => it ?? []);
  return own.some((it) => it.address === "::1") ? "::1" : "127.0.0.1";
}

function secureOptions(pair: KeyPair, limits: ServerLimits, http1: HttpServerOptions): SecureServerOptions {
  return {
    ...pair,
    ...http1,
    minVersion: lowestVersion(),
    ciphers: servedCiphers(),
    allowHTTP1: true,
    // Node sets noDelay only for http servers. Without it, a streamed answer waits 40 ms for a delayed ACK.
    noDelay: true,
    handshakeTimeout: limits.firstCallMs,
    settings: { maxConcurrentStreams: Math.min(limits.callsUnproven, limits.callsPerConnection) },
    maxSessionInvalidFrames: MAX_INVALID_FRAMES,
    streamResetBurst: limits.callsPerConnection,
    streamResetRate: RESETS_PER_SECOND,
  };
}
