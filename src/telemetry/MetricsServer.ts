import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What a {@link MetricsServer} tells. */
export interface MetricsSource {
  /** In the Prometheus text format. */
  readonly metrics: () => Promise<string>;
  /** Whether it goes on as it should; else why not. */
  readonly health: () => string | undefined;
  /** Whether there is something to tell yet; else why not. */
  readonly readiness: () => string | undefined;
}

/** Of the Prometheus text format. */
const TEXT = "text/plain; version=0.0.4; charset=utf-8";

/** Serves `/metrics`, `/healthz` and `/readyz` in plain HTTP, for a collector and the kubelet. */
export class MetricsServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on every address, for the kubelet asks by the Pod's. Rejects with the system's error, such as EADDRINUSE. */
  static async start(port: number, source: MetricsSource): Promise<MetricsServer> {
    const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
      const answer = (status: number, text: string, type = "text/plain; charset=utf-8"): void => {
        response.writeHead(status, { "content-type": type }).end(text);
      };
      const state = (fault: string | undefined): void => answer(fault === undefined ? 200 : 503, `${fault ?? "ok"}\n`);
      if (request.method !== "GET" && request.method !== "HEAD") return answer(405, "expected GET\n");
      switch (request.url?.split("?", 1)[0]) {
        case "/metrics":
          source.metrics().then(
            (text) => answer(200, text, TEXT),
            () => answer(500, "the metrics cannot be told\n"),
          );
          return;
        case "/healthz":
          return state(source.health());
        case "/readyz":
          return state(source.readiness());
        default:
          return answer(404, "there are /metrics, /healthz and /readyz\n");
      }
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, resolve);
    });
    return new MetricsServer(server);
  }

  get port(): number {
    const address = this.#server.address();
    return isAddress(address) ? address.port : 0;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
