import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What a {@link MetricsServer} serves. */
export interface MetricsSource {
  /** The metrics in the Prometheus text format. */
  readonly metrics: () => Promise<string>;
  /** The reason why the process is not healthy; undefined when it is. */
  readonly health: () => string | undefined;
  /** The reason why the process is not ready; undefined when it is. */
  readonly readiness: () => string | undefined;
}

/** The media type of the Prometheus text format. */
const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Prometheus and the kubelet have a few connections. A new one closes the one that has not had a request for the longest time. */
const MAX_CONNECTIONS = 64;
/** A scrape and a probe take less. */
const TIMEOUT_MS = 10_000;

/** Serves `/metrics`, `/healthz` and `/readyz` in plain HTTP, for Prometheus and the kubelet. */
export class MetricsServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on every address, because the kubelet calls the address of the Pod. Rejects with the system's error, such as EADDRINUSE. */
  static async start(port: number, source: MetricsSource): Promise<MetricsServer> {
    const options = { requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS, connectionsCheckingInterval: 1_000 };
    let collecting: Promise<string> | undefined;
    const server = createServer(options, (request, response) => {
      const answer = (status: number, text: string, type = "text/plain; charset=utf-8"): void => {
        response.writeHead(status, { "content-type": type }).end(text);
      };
      const state = (reason: string | undefined): void =>
        answer(reason === undefined ? 200 : 503, `${reason ?? "ok"}\n`);
      if (request.method !== "GET" && request.method !== "HEAD") return answer(405, "expected GET\n");
      switch (request.url?.split("?", 1)[0]) {
        case "/metrics":
          // Calls at the same time share one collection.
          collecting ??= source.metrics().finally(() => {
            collecting = undefined;
          });
          collecting.then(
            (text) => answer(200, text, METRICS_TYPE),
            () => answer(500, "the metrics could not be collected\n"),
          );
          return;
        case "/healthz":
          return state(source.health());
        case "/readyz":
          return state(source.readiness());
        default:
          return answer(404, "not found; there are /metrics, /healthz and /readyz\n");
      }
    });
    // Also for a client that does not read its answer.
    server.timeout = TIMEOUT_MS;
    limitConnections(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, resolve);
    });
    return new MetricsServer(server);
  }

  /** The port that the server listens on. */
  get port(): number {
    const address = this.#server.address();
    return isAddress(address) ? address.port : 0;
  }

  /** Closes all connections and the server. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function limitConnections(server: Server): void {
  /** In the order of their last request. */
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    const [oldest] = open;
    if (oldest !== undefined && open.size >= MAX_CONNECTIONS) {
      open.delete(oldest);
      oldest.destroy();
    }
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.on("request", ({ socket }) => {
    if (open.delete(socket)) open.add(socket);
  });
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
