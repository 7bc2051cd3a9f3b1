import { Agent, request } from "node:https";
import { patience } from "../run/speedFactor.ts";
import type { ClusterAccess } from "./kubeconfigOf.ts";

/** A Kubernetes object of any kind. */
// biome-ignore lint/suspicious/noExplicitAny: tests read objects of many kinds, and fail when a field is not as expected
export type KubeObject = any;

/** An answer of the API server. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: KubeObject;
  /** The texts of the Warning headers (RFC 9111, section 5.5), in order. */
  readonly warnings: readonly string[];
}

/** Options of a call. */
export interface ApiCall {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** User to impersonate. */
  readonly as?: string;
  /** A group of the impersonated user. */
  readonly group?: string;
  /** Bearer token that replaces the client certificate. */
  readonly token?: string;
}

/** Time limit of a call. */
const TIMEOUT_MS = patience(60_000);
/** Content type of a server-side apply. JSON is YAML. */
export const APPLY = "application/apply-patch+yaml";
/** Content type of a JSON merge patch (RFC 7386). */
export const MERGE = "application/merge-patch+json";

/**
 * A client of the API server. Resolves to status, body and warnings of every answer. Rejects only when a connection
 * fails.
 */
export class ClusterApi {
  readonly #access: ClusterAccess;
  readonly #agent: Agent;

  constructor(access: ClusterAccess) {
    this.#access = access;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 64 });
  }

  get(path: string, call?: ApiCall): Promise<ApiAnswer> {
    return this.call("GET", path, call);
  }

  create(path: string, body: object, call?: ApiCall): Promise<ApiAnswer> {
    return this.call("POST", path, { ...call, body });
  }

  replace(path: string, body: object, call?: ApiCall): Promise<ApiAnswer> {
    return this.call("PUT", path, { ...call, body });
  }

  merge(path: string, body: object, call?: ApiCall): Promise<ApiAnswer> {
    return this.call("PATCH", path, { contentType: MERGE, ...call, body });
  }

  apply(path: string, body: object, manager = "postern"): Promise<ApiAnswer> {
    return this.call("PATCH", path, { contentType: APPLY, query: { fieldManager: manager, force: "true" }, body });
  }

  delete(path: string, call?: ApiCall): Promise<ApiAnswer> {
    return this.call("DELETE", path, call);
  }

  call(method: string, path: string, { query, body, contentType, as, group, token }: ApiCall = {}): Promise<ApiAnswer> {
    const { server, ca, cert, key } = this.#access;
    const url = new URL(path, server);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.append(name, value);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      accept: "application/json",
      ...(text === undefined
        ? {}
        : { "content-type": contentType ?? "application/json", "content-length": Buffer.byteLength(text) }),
      ...(as === undefined ? {} : { "impersonate-user": as }),
      ...(group === undefined ? {} : { "impersonate-group": group }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const certificate = token === undefined ? { cert, key } : {};
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, method, headers, ca, ...certificate, timeout: TIMEOUT_MS };
      const sent = request(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            body: parse(Buffer.concat(chunks).toString()),
            warnings: warningsOf(response.rawHeaders),
          }),
        );
      });
      sent.once("error", reject);
      sent.once("timeout", () => sent.destroy(new Error(`${method} ${path} took more than ${TIMEOUT_MS} ms`)));
      sent.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function parse(text: string): KubeObject {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The texts of Warning headers such as `299 - "text"`. */
function warningsOf(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, index) => {
    if (index % 2 === 1 || name.toLowerCase() !== "warning") return [];
    const value = Buffer.from(rawHeaders[index + 1] ?? "", "latin1").toString("utf8");
    const quoted = /^\d{3} \S+ (".*")$/s.exec(value)?.[1];
    return [quoted === undefined ? value : quoted.slice(1, -1).replaceAll(/\\(.)/gs, "$1")];
  });
}
