import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { JSONWebKeySet } from "jose";
import { TestCa } from "../../cluster/TestCa.ts";

/** Publishes the keys of an issuer over https, as a bucket or an OIDC provider does. */
export class JwksServer {
  /** The root of its certificate, in PEM. */
  readonly ca: string;
  /** What it publishes. */
  set: JSONWebKeySet = { keys: [] };
  /** The number of answers. */
  fetches = 0;
  readonly #server: Server;

  private constructor(server: Server, ca: string) {
    this.#server = server;
    this.ca = ca;
    server.on("request", (_, response) => {
      this.fetches += 1;
      response.setHeader("content-type", "application/jwk-set+json").end(JSON.stringify(this.set));
    });
  }

  static async start(): Promise<JwksServer> {
    const ca = await TestCa.create("keys CA");
    const server = createServer(await ca.issue({ name: "keys", hosts: ["localhost"] }));
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
    return new JwksServer(server, ca.cert);
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}/jwks`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
