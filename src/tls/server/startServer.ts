import { X509Certificate } from "node:crypto";
import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { getRequestListener } from "@hono/node-server";
import { ConnectionTracker } from "./ConnectionTracker.ts";
import type { RetireOptions } from "./RetiredConnections.ts";

/** A PEM certificate chain with its private key. */
export interface KeyPair {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** What {@link startServer} takes. */
export interface ServerOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** 0 for a free one. */
  readonly port: number;
  /** Default: every address. */
  readonly hostname?: string;
  /** HTTPS with h2 and http/1.1 by ALPN when given; else plain HTTP, for a server behind an edge that terminates TLS. */
  readonly tls?: KeyPair;
  /** The answer to a request that cannot be made a Request of, such as one with no host in it. Default: 400 without a body. */
  readonly refuse?: () => Response;
}

/** A server that listens. */
export interface RunningServer {
  readonly port: number;
  /** An address of this machine at which it can be reached from this machine. */
  readonly loopback: string;
  /**
   * Serves another pair from the next connection on, in one step; connections that are open, or being opened, keep theirs.
   * Sessions of the old pair can no longer be resumed. Throws, and changes nothing, when OpenSSL cannot use the pair, or
   * when the server speaks plain HTTP.
   */
  replaceCertificate(pair: KeyPair): void;
  /** Drains the connections of all pairs but the one that is served now, without losing a call. */
  retireConnections(options: RetireOptions): void;
  /**
   * Stops without losing a call: answers tell clients to close their connections, what was taken is finished, and what
   * is not done after `graceMs` (default 35 s, past the API server's longest timeout) is cut off. For `lameDuckMs`
   * new connections are still taken, so that a load balancer can notice. Resolves to the number of calls cut off.
   */
  stop(options?: { graceMs?: number; lameDuckMs?: number }): Promise<number>;
}

/** The API server keeps idle connections for 90 s, and does not repeat a POST that met a connection just closed: stay longer. */
const KEEP_ALIVE_MS = 95_000;
/** A call arrives whole within the API server's longest timeout (30 s), or never. */
const REQUEST_TIMEOUT_MS = 35_000;
const HEADERS_TIMEOUT_MS = 10_000;
const GRACE_MS = 35_000;
/** Go's TLS clients give up after 10 s. Node would wait for 120. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
const TLS_VERSION = { minVersion: "TLSv1.2" } as const;

/** Serves a gate from Node. Rejects with the system's error, such as EADDRINUSE, when it cannot listen. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const listener = getRequestListener(
    (request, { incoming }) =>
      incoming.httpVersionMajor === 2 ? withoutConnection(options.fetch(request)) : options.fetch(request),
    { errorHandler: () => options.refuse?.() ?? new Response(null, { status: 400 }) },
  );
  const secure =
    options.tls === undefined
      ? undefined
      : // Node sets noDelay for its http servers only; without it, a streamed answer waits 40 ms for a delayed ACK.
        createSecureServer({
          ...options.tls,
          ...TLS_VERSION,
          allowHTTP1: true,
          noDelay: true,
          handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
        });
  const server = secure ?? createServer();
  let served = options.tls === undefined ? "" : fingerprintOf(options.tls);
  Object.assign(server, {
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
  });
  const connections = new ConnectionTracker(server);
  server.on("request", listener);
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
      // Without ticketKeys of its own, each context makes new ones: a ticket of the old one is of no use to it.
      secure.setSecureContext({ ...pair, ...TLS_VERSION });
      // Before the old ones are retired, for in between it is checked.
      connections.serves(fingerprint);
      served = fingerprint;
    },
    retireConnections: (how) => connections.retire(served, how),
    async stop({ graceMs = GRACE_MS, lameDuckMs = 0 } = {}) {
      connections.drain();
      if (lameDuckMs > 0) await new Promise((resolve) => setTimeout(resolve, lameDuckMs));
      server.close();
      return connections.closeAll(graceMs);
    },
  };
}

function fingerprintOf({ cert }: KeyPair): string {
  return new X509Certificate(cert).fingerprint256;
}

function loopbackOf(address: string): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  if (address !== "::") return address;
  // A socket on "::" takes IPv4 as well, and a container's loopback may have no IPv6.
  const own = Object.values(networkInterfaces()).flatMap((it) => it ?? []);
  return own.some((it) => it.address === "::1") ? "::1" : "127.0.0.1";
}

/** HTTP/2 knows no Connection header (RFC 9113, section 8.2.2), and Node warns on the console about one. */
async function withoutConnection(answer: Response | Promise<Response>): Promise<Response> {
  const response = await answer;
  response.headers.delete("connection");
  return response;
}
