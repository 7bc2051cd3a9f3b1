import { kubeconfigOf } from "../../cluster/kubeconfigOf.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { TestIssuer } from "../../identity/jwt/TestIssuer.ts";
import { type LoopbackAnswer, LoopbackServer } from "../../sync/LoopbackServer.ts";
import { InputFolder } from "../InputFolder.ts";

/** Where an API server publishes its issuer, and the keys. */
export const DISCOVERY = "/.well-known/openid-configuration";
export const KEYS = "/openid/v1/jwks";
export const ISSUER = "https://kubernetes.default.svc.cluster.local";

/** An API server over TLS whose issuer the test sets, with a kubeconfig and a folder for files. */
export class EnrollBed {
  readonly folder = new InputFolder();
  readonly kubeconfig: string;
  /** By path. Other paths are 404. */
  readonly answers = new Map<string, LoopbackAnswer>();
  readonly ca: TestCa;
  readonly #server: LoopbackServer;

  private constructor(server: LoopbackServer, ca: TestCa, kubeconfig: string) {
    this.#server = server;
    this.ca = ca;
    this.kubeconfig = this.folder.write("kubeconfig", kubeconfig);
    server.answer = ({ method, url, headers }) => {
      if (method !== "GET") return status(500, "only GET is expected");
      // As a real one does.
      if (url === KEYS && !headers.accept?.includes("application/jwk-set+json")) return status(406, "not acceptable");
      return this.answers.get(url) ?? status(404, "not found");
    };
  }

  static async start(): Promise<EnrollBed> {
    const ca = await TestCa.create("cluster CA");
    const server = await LoopbackServer.start(ca);
    const admin = await ca.issue({ name: "admin" });
    return new EnrollBed(server, ca, kubeconfigOf({ server: server.url, ca: ca.cert, ...admin }));
  }

  /** Publishes an issuer with these keys. */
  publish(issuer: string, ...keys: readonly unknown[]): void {
    this.answers.set(DISCOVERY, ok(JSON.stringify({ issuer, jwks_uri: "https://10.0.0.1:6443/openid/v1/jwks" })));
    this.answers.set(KEYS, ok(JSON.stringify({ keys })));
  }

  /** Method and path of each call. */
  calls(): string[] {
    return this.#server.calls.map(({ method, url }) => `${method} ${url}`);
  }

  reset(): void {
    this.answers.clear();
    this.#server.calls.length = 0;
  }

  async stop(): Promise<void> {
    this.folder.remove();
    await this.#server.stop();
  }
}

/** An answer 200. */
export function ok(body: string): LoopbackAnswer {
  return { status: 200, body };
}

/** An answer of an API server that failed. */
export function status(code: number, message: string): LoopbackAnswer {
  return { status: code, body: JSON.stringify({ kind: "Status", message }) };
}

/** A JWK of a new key, as an API server publishes it. */
export async function publicJwk(kid: string, alg = "RS256"): Promise<Readonly<Record<string, unknown>>> {
  return { ...(await TestIssuer.create(ISSUER, alg, kid)).jwk };
}
