import { request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { Host } from "../protocol/Host.ts";
import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import { withoutTrailing } from "../protocol/withoutTrailing.ts";
import { errorMessage } from "../telemetry/errorMessage.ts";
import { printable } from "../telemetry/printable.ts";
import type { ApiRequest, ApiResponse } from "./KubernetesApi.ts";
import { KubernetesError } from "./KubernetesError.ts";

/** Selects a cluster. The defaults are kubectl's: KUBECONFIG, ~/.kube/config and the current context. */
export interface ClusterChoice {
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** The limit of one call, including a credential plugin. */
const DEFAULT_TIMEOUT_MS = 15_000;
/** Room for ten objects of etcd's largest size (1.5 MiB). */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** client-node's name for its default context (localhost:8080), which it uses when it finds no kubeconfig (config.ts). */
const FALLBACK_CONTEXT = "loaded-context";

interface Answer {
  readonly status: number;
  readonly text: string;
  /** NaN when the answer has no Date header. */
  readonly date: number;
}

/** A client of one cluster's API server, configured by a kubeconfig. Every call has a time limit. */
export class KubernetesClient {
  readonly #server: string;
  readonly #timeoutMs: number;
  /** The name that the certificate must have; undefined for the server's own host. */
  readonly #servername: string | undefined;
  /** The loaded kubeconfig, for client-node's watches. */
  readonly kubeConfig: KubeConfig;

  private constructor(server: string, kubeConfig: KubeConfig, timeoutMs: number, servername?: string) {
    this.#server = server;
    this.kubeConfig = kubeConfig;
    this.#timeoutMs = timeoutMs;
    this.#servername = servername;
  }

  /** Loads the kubeconfig. Throws {@link KubernetesError} `cluster-unreachable` when it has no such cluster. */
  static async create(
    { context, kubeconfig }: ClusterChoice,
    timeoutMs: number = DEFAULT_TIMEOUT_MS,
  ): Promise<KubernetesClient> {
    // A dynamic import: the package takes a second to load, and few commands need it.
    const { newKubeConfig } = await import("./newKubeConfig.ts");
    const config = newKubeConfig();
    try {
      if (kubeconfig === undefined) config.loadFromDefault();
      else config.loadFromFile(kubeconfig);
    } catch (error) {
      const reason = printable(errorMessage(error));
      throw new KubernetesError(
        "cluster-unreachable",
        `${kubeconfig ?? "the kubeconfig"} cannot be used: ${reason}`,
        error,
      );
    }
    if (kubeconfig === undefined && config.getCurrentContext() === FALLBACK_CONTEXT)
      throw new KubernetesError(
        "cluster-unreachable",
        "no cluster is configured: there is no KUBECONFIG, no ~/.kube/config and no ServiceAccount token of a Pod; use --kubeconfig FILE",
      );
    if (context !== undefined && config.getContextObject(context) === null) {
      const names = config.getContexts().map(({ name }) => name);
      throw new KubernetesError(
        "cluster-unreachable",
        `the kubeconfig has no context ${JSON.stringify(context)}; it has ${names.join(", ") || "none"}`,
      );
    }
    if (context !== undefined) config.setCurrentContext(context);
    const server = config.getCurrentCluster()?.server;
    if (server === undefined)
      throw new KubernetesError(
        "cluster-unreachable",
        "the kubeconfig has no current cluster; select one with --context NAME",
      );
    return new KubernetesClient(server, config, timeoutMs);
  }

  /**
   * Returns a client of one API server of the same cluster, by its address. The server's certificate must be for
   * `kubernetes.default.svc`, the name that every API server has inside its cluster.
   */
  at(host: string, port: number, timeoutMs: number): KubernetesClient {
    const server = `https://${new Host(host).inUrl}:${port}`;
    return new KubernetesClient(server, this.kubeConfig, timeoutMs, "kubernetes.default.svc");
  }

  /** Sends a call and returns any answer, with an empty body when it is not a JSON object. Throws {@link KubernetesError} `cluster-unreachable`. */
  async ask(call: ApiRequest): Promise<ApiResponse> {
    const { status, text, date } = await this.#answer(call);
    return { status, body: parse(text) ?? {}, ...(Number.isNaN(date) ? {} : { date }) };
  }

  /** Sends a GET and returns the answer as text, for example of `/metrics`. Throws {@link KubernetesError} `cluster-unreachable`. */
  text(path: string): Promise<{ readonly status: number; readonly text: string }> {
    return this.#answer({ method: "GET", path });
  }

  /** Sends a call and returns the object in its answer; undefined for a 404. Throws {@link KubernetesError} for any other answer. */
  async call(call: ApiRequest): Promise<JsonObject | undefined> {
    const { status, text } = await this.#answer(call);
    if (status === 404) return undefined;
    const answer = parse(text);
    if (status >= 200 && status < 300 && answer !== undefined) return answer;
    const message = typeof answer?.message === "string" ? answer.message : text.slice(0, 200);
    throw new KubernetesError(
      "cluster-refused",
      `${this.#server}: ${call.method} ${call.path.split("?", 1)[0]}: ${status} ${printable(message)}`,
    );
  }

  #answer(call: ApiRequest): Promise<Answer> {
    return this.#send(call).catch((error: unknown): never => {
      throw new KubernetesError("cluster-unreachable", `${this.#server}: ${reasonOf(error, this.#timeoutMs)}`, error);
    });
  }

  async #send({ method, path, body }: ApiRequest): Promise<Answer> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const url = new URL(`${withoutTrailing(this.#server, "/")}${path}`);
    const options: RequestOptions = { method, headers: {}, signal };
    const timedOut = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    await Promise.race([this.kubeConfig.applyToHTTPSOptions(options), timedOut]);
    if (this.#servername !== undefined) options.servername = this.#servername;
    const type = body === undefined ? {} : { "content-type": contentType(method, body) };
    const headers = { ...Object(options.headers), accept: "application/json", ...type };
    return new Promise((resolve, reject) => {
      const request = url.protocol === "http:" ? requestHttp : requestHttps;
      const call = request(url, { ...options, headers }, (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on("data", (chunk: Buffer) => {
          length += chunk.length;
          chunks.push(chunk);
          if (length > MAX_ANSWER_BYTES)
            response.destroy(new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`));
        });
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString("utf8"),
            date: Date.parse(response.headers.date ?? ""),
          }),
        );
      });
      call.on("error", reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function contentType(method: ApiRequest["method"], body: object): string {
  if (method !== "PATCH") return "application/json";
  // Every JSON document is a YAML document.
  return Array.isArray(body) ? "application/json-patch+json" : "application/apply-patch+yaml";
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return printable(String(error));
  if (error.name === "AbortError" || error.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "ECONNREFUSED") return "connection refused";
  if (code === "ENOTFOUND") return "the host name cannot be resolved";
  return printable(error.message === "" ? code : error.message);
}
