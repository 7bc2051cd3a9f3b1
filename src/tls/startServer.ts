import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ConnectionTracker } from "./ConnectionTracker.ts";

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

/** Serves a gate from Node. Rejects with the system's error, such as EADDRINUSE, when it cannot listen. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const listener = getRequestListener(
    (request, { incoming }) =>
      incoming.httpVersionMajor === 2 ? withoutConnection(options.fetch(request)) : options.fetch(request),
    { errorHandler: () => options.refuse?.() ?? new Response(null, { status: 400 }) },
  );
  const server =
    options.tls === undefined
      ? createServer()
      : // Node sets noDelay for its http servers only; without it, a streamed answer waits 40 ms for a delayed ACK.
        createSecureServer({ ...options.tls, allowHTTP1: true, minVersion: "TLSv1.2", noDelay: true });
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
  return {
    port: (server.address() as AddressInfo).port,
    async stop({ graceMs = GRACE_MS, lameDuckMs = 0 } = {}) {
      connections.drain();
      if (lameDuckMs > 0) await new Promise((resolve) => setTimeout(resolve, lameDuckMs));
      server.close();
      return connections.closeAll(graceMs);
    },
  };
}

/** HTTP/2 knows no Connection header (RFC 9113, section 8.2.2), and Node warns on the console about one. */
async function withoutConnection(answer: Response | Promise<Response>): Promise<Response> {
  const response = await answer;
  response.headers.delete("connection");
  return response;
}
