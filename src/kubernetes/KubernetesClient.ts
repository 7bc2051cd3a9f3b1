import { request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { Host } from "../protocol/Host.ts";
import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import { errorMessage } from "../telemetry/errorMessage.ts";
import { printable } from "../telemetry/printable.ts";
import type { ApiRequest, ApiResponse } from "./KubernetesApi.ts";
import { KubernetesError } from "./KubernetesError.ts";

/** Which cluster to talk to. Defaults are those of kubectl: KUBECONFIG, ~/.kube/config, the current context. */
export interface ClusterChoice {
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** For one call to the API server, a plugin that fetches a token included. In milliseconds. */
const TIMEOUT = 15_000;
/** Ten objects of the largest size that etcd takes (1.5 MiB), and more. */
const ANSWER_BYTES = 16 * 1024 * 1024;

/** What the loader calls the context that it makes up, at localhost:8080, where it found nothing (client-node's config.ts). */
const MADE_UP = "loaded-context";

interface Answer {
  readonly status: number;
  readonly text: string;
  /** NaN where none was said. */
  readonly date: number;
}

/** Talks to one cluster's API server as a kubeconfig says. No call takes longer than its time limit. */
export class KubernetesClient {
  readonly #server: string;
  readonly #timeout: number;
  /** The name that the certificate is checked for, where it is not the server's own. */
  readonly #servername: string | undefined;
  /** What it was read from, for what watches. */
  readonly kubeConfig: KubeConfig;

  private constructor(server: string, kubeConfig: KubeConfig, timeout: number, servername?: string) {
    this.#server = server;
    this.kubeConfig = kubeConfig;
    this.#timeout = timeout;
    this.#servername = servername;
  }

  /** `timeout` is in milliseconds, for each call. Throws {@link KubernetesError} where the kubeconfig names no such cluster. */
  static async create({ context, kubeconfig }: ClusterChoice, timeout: number = TIMEOUT): Promise<KubernetesClient> {
    // Not at the top: it takes a second to load, and few commands need it.
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
    if (kubeconfig === undefined && config.getCurrentContext() === MADE_UP)
      throw new KubernetesError(
        "cluster-unreachable",
        "no cluster is named: there is no KUBECONFIG, no ~/.kube/config and no Pod's ServiceAccount; say --kubeconfig FILE",
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
        "the kubeconfig names no cluster; choose one with --context NAME",
      );
    return new KubernetesClient(server, config, timeout);
  }

  /**
   * The same cluster by the address of one of its API servers. Its certificate is checked for the name that every API
   * server has within its cluster.
   */
  at(host: string, port: number, timeout: number): KubernetesClient {
    const server = `https://${new Host(host).inUrl}:${port}`;
    return new KubernetesClient(server, this.kubeConfig, timeout, "kubernetes.default.svc");
  }

  /** Whatever the API server answered; no body where it was no JSON object. Throws {@link KubernetesError} where there was no answer. */
  async ask(call: ApiRequest): Promise<ApiResponse> {
    const { status, text, date } = await this.#answer(call);
    return { status, body: parse(text) ?? {}, ...(Number.isNaN(date) ? {} : { date }) };
  }

  /** What the API server answers to a GET as text, such as its `/metrics`. Throws {@link KubernetesError} where there was no answer. */
  text(path: string): Promise<{ readonly status: number; readonly text: string }> {
    return this.#answer({ method: "GET", path });
  }

  /** The object that answers a call; undefined where there is none (404). Throws {@link KubernetesError} for all else. */
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
      throw new KubernetesError("cluster-unreachable", `${this.#server}: ${reasonOf(error, this.#timeout)}`, error);
    });
  }

  async #send({ method, path, body }: ApiRequest): Promise<Answer> {
    const signal = AbortSignal.timeout(this.#timeout);
    const url = new URL(`${this.#server.replace(/\/+$/, "")}${path}`);
    const options: RequestOptions = { method, headers: {}, signal };
    const late = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    await Promise.race([this.kubeConfig.applyToHTTPSOptions(options), late]);
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
          if (length > ANSWER_BYTES) response.destroy(new Error(`an answer of more than ${ANSWER_BYTES} bytes`));
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
  // JSON is YAML.
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

function reasonOf(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return printable(String(error));
  if (error.name === "AbortError" || error.name === "TimeoutError") return `no answer within ${timeout} ms`;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "ECONNREFUSED") return "nothing listens there";
  if (code === "ENOTFOUND") return "there is no host of that name";
  return printable(error.message === "" ? code : error.message);
}
