import type { RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { HttpCallError } from "../http/HttpCallError.ts";
import { readAnswer } from "../http/readAnswer.ts";
import { TimeLimitError } from "../http/TimeLimitError.ts";
import { withTimeLimit } from "../http/withTimeLimit.ts";
import { Host } from "../protocol/Host.ts";
import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import { withoutTrailing } from "../protocol/withoutTrailing.ts";
import { printable } from "../telemetry/printable.ts";
import { withoutSecrets } from "../telemetry/withoutSecrets.ts";
import { credentialsOf } from "./credentialsOf.ts";
import type { ApiRequest, ApiResponse } from "./KubernetesApi.ts";
import { KubernetesError } from "./KubernetesError.ts";
import { credentialFault } from "./kubeconfigFault.ts";
import { loadKubeConfig, withContext } from "./loadKubeConfig.ts";

/** Selects a cluster. The defaults are kubectl's: KUBECONFIG, ~/.kube/config and the current context. */
export interface ClusterChoice {
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** When calls of a client end. */
export interface ClientLimits {
  /** Of one call. Default: 15 s. */
  readonly timeoutMs?: number;
  /** Of all calls. */
  readonly signal?: AbortSignal | undefined;
}

/** The limit of one call, including a credential plugin. */
const DEFAULT_TIMEOUT_MS = 15_000;
/** Room for ten objects of etcd's largest size (1.5 MiB). */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** An API server answers `/openid/v1/jwks` with the type of key sets only, and 406 to a client that does not accept it. */
const ACCEPTED = "application/json, application/jwk-set+json";

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
  readonly #signal: AbortSignal | undefined;
  /** The name that the certificate must have; undefined for the server's own host. */
  readonly #servername: string | undefined;
  /** The loaded kubeconfig, for client-node's watches. */
  readonly kubeConfig: KubeConfig;

  private constructor(server: string, kubeConfig: KubeConfig, limits: Required<ClientLimits>, servername?: string) {
    this.#server = server;
    this.kubeConfig = kubeConfig;
    this.#timeoutMs = limits.timeoutMs;
    this.#signal = limits.signal;
    this.#servername = servername;
  }

  /** Loads the kubeconfig. Throws {@link KubernetesError} `cluster-unreachable` when it has no such cluster. */
  static async create(
    { context, kubeconfig }: ClusterChoice,
    timeoutMs: number = DEFAULT_TIMEOUT_MS,
  ): Promise<KubernetesClient> {
    const config = await loadKubeConfig(kubeconfig);
    return KubernetesClient.of(await withContext(config, context), { timeoutMs });
  }

  /**
   * A client of the current context of a loaded kubeconfig. When `signal` is aborted, calls in flight end, and no other is sent.
   * Throws {@link KubernetesError} `cluster-unreachable` when the context names no cluster.
   */
  static of(config: KubeConfig, { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: ClientLimits = {}): KubernetesClient {
    const server = config.getCurrentCluster()?.server;
    if (server === undefined) throw new KubernetesError("cluster-unreachable", noCluster(config));
    if (!/^https?:\/\//.test(server) || !URL.canParse(server))
      throw new KubernetesError(
        "cluster-unreachable",
        "the server of the kubeconfig's cluster is not a URL; expected https://HOST:PORT",
      );
    return new KubernetesClient(server, config, { timeoutMs, signal });
  }

  /**
   * Returns a client of one API server of the same cluster, by its address. The server's certificate must be for
   * `kubernetes.default.svc`, the name that every API server has inside its cluster.
   */
  at(host: string, port: number, timeoutMs: number): KubernetesClient {
    const server = `https://${new Host(host).inUrl}:${port}`;
    const limits = { timeoutMs, signal: this.#signal };
    return new KubernetesClient(server, this.kubeConfig, limits, "kubernetes.default.svc");
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
      `${shown(this.#server)}: ${call.method} ${call.path.split("?", 1)[0]}: ${status} ${printable(message)}`,
    );
  }

  #answer(call: ApiRequest): Promise<Answer> {
    const send = (signal: AbortSignal): Promise<Answer> => {
      const all = this.#signal === undefined ? signal : AbortSignal.any([signal, this.#signal]);
      return all.aborted ? Promise.reject(all.reason) : this.#send(call, all);
    };
    return withTimeLimit(this.#timeoutMs, send).catch((error: unknown): never => {
      throw new KubernetesError("cluster-unreachable", `${shown(this.#server)}: ${reasonOf(error)}`, error);
    });
  }

  async #send({ method, path, body }: ApiRequest, signal: AbortSignal): Promise<Answer> {
    const url = new URL(`${withoutTrailing(this.#server, "/")}${path}`);
    const options: RequestOptions = { method, headers: {} };
    await this.kubeConfig.applyToHTTPSOptions(options).catch((error: unknown): never => {
      throw new KubernetesError("cluster-unreachable", credentialFault(error));
    });
    if (this.#servername !== undefined) options.servername = this.#servername;
    const type = body === undefined ? {} : { "content-type": contentType(method, body) };
    const headers = { ...Object(options.headers), accept: ACCEPTED, ...type };
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const request = { url, options: { ...options, headers }, body: sent };
    const { status, headers: received, text } = await readAnswer(request, MAX_ANSWER_BYTES, signal);
    return {
      status,
      // Whatever is between here and the API server may repeat the request in an error.
      text: status >= 200 && status < 300 ? text : withoutSecrets(text, credentialsOf(options)),
      date: Date.parse(received.date ?? ""),
    };
  }
}

/** Why the current context of a kubeconfig leads to no cluster. */
function noCluster(config: KubeConfig): string {
  const { name, cluster } = config.getContextObject(config.getCurrentContext()) ?? {};
  if (name === undefined || cluster === undefined || config.getCluster(cluster) !== null)
    return "the kubeconfig has no current cluster; select one with --context NAME";
  const [context, missing] = [name, cluster].map((it) => printable(JSON.stringify(it)));
  return `the context ${context} names the cluster ${missing}, which the kubeconfig does not have`;
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

/** The URL of a server without user, password and query. */
function shown(server: string): string {
  const { origin, pathname } = new URL(server);
  return `${origin}${withoutTrailing(pathname, "/")}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof TimeLimitError || error instanceof KubernetesError) return error.message;
  if (!(error instanceof HttpCallError)) return "the call cannot be made";
  const { cause, predicate } = error;
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  if (code === "ECONNREFUSED") return "connection refused";
  if (code === "ENOTFOUND") return "the host name cannot be resolved";
  // Such as the reason why a certificate is refused.
  return cause instanceof Error && cause.message !== "" ? printable(cause.message) : predicate;
}
