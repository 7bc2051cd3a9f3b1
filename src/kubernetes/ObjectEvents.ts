import type { IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import { type KubeConfig, Watch } from "@kubernetes/client-node";
import { openAnswer } from "../http/openAnswer.ts";
import { readLines } from "../http/readLines.ts";
import { TimeLimitError } from "../http/TimeLimitError.ts";
import { withTimeLimit } from "../http/withTimeLimit.ts";
import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import { credentialFault } from "./kubeconfigFault.ts";

/** Options of {@link ObjectEvents}. */
export interface EventOptions {
  readonly kubeConfig: KubeConfig;
  /** Ends every watch. */
  readonly signal: AbortSignal;
  /** Called when the informer cannot go on by itself. */
  readonly onError: (error: unknown) => void;
  /** The time for credentials, for the head of the answer, and between two events. A quiet watch is then opened again. */
  readonly idleMs: number;
  /** The longest event. */
  readonly maxEventBytes: number;
}

type WatchParameters = Parameters<Watch["watch"]>;

/**
 * The events of a collection, for client-node's informer: its watch, by the client of all other calls. A watch is long-lived
 * by design, so that the time without a whole event is limited instead. Follows no redirect. Ends with a signal, also while
 * the connection is being opened. Reports a failure through `done`. Lines that are no event of an object are left out.
 */
export class ObjectEvents extends Watch {
  readonly #options: EventOptions;

  constructor(options: EventOptions) {
    super(options.kubeConfig);
    this.#options = options;
  }

  /** Resolves at once. The informer aborts the returned controller to end the watch. */
  override async watch(...[path, query, onEvent, done]: WatchParameters): Promise<AbortController> {
    const { signal, onError } = this.#options;
    const controller = new AbortController();
    const ended = AbortSignal.any([controller.signal, signal]);
    const onLine = (line: string): void => {
      const event = eventOf(line);
      if (event !== undefined && !ended.aborted) settle(onEvent(event.type, event.object, event), onError);
    };
    const end = (error: unknown): void => {
      if (!ended.aborted) settle(done(error), onError);
    };
    this.#read(path, query, onLine, ended).then(
      () => end(null),
      (error: unknown) => end(errorOf(error)),
    );
    return controller;
  }

  async #read(
    path: string,
    query: WatchParameters[1],
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { kubeConfig, idleMs, maxEventBytes } = this.#options;
    const url = new URL(`${kubeConfig.getCurrentCluster()?.server ?? ""}${path}`);
    url.searchParams.set("watch", "true");
    for (const [name, value] of Object.entries(query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const answer = await withTimeLimit(idleMs, (late) => this.#open(url, AbortSignal.any([signal, late])));
    const close = (): void => void answer.destroy();
    signal.addEventListener("abort", close, { once: true });
    try {
      if (answer.statusCode !== 200) throw new WatchRefusedError(answer.statusCode ?? 0);
      const lines = readLines(answer, url.host, maxEventBytes);
      for (;;) {
        const line = await withTimeLimit(idleMs, () => lines.next());
        if (line.done === true) return;
        onLine(line.value);
      }
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  }

  async #open(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
    const options: RequestOptions = { method: "GET", headers: {} };
    await this.#options.kubeConfig.applyToHTTPSOptions(options).catch((error: unknown): never => {
      throw new Error(credentialFault(error));
    });
    return openAnswer({ url, options }, signal);
  }
}

/** The API server does not start a watch. The informer lists again for 410 (expired). */
class WatchRefusedError extends Error {
  readonly code = "watch-refused";
  readonly statusCode: number;
  constructor(statusCode: number) {
    super(`the API server answers the watch with ${statusCode}`);
    this.name = "WatchRefusedError";
    this.statusCode = statusCode;
  }
}

/** The informer opens a watch again at once for an error of this name. */
function errorOf(error: unknown): unknown {
  return error instanceof TimeLimitError ? new DOMException(error.message, "TimeoutError") : error;
}

/** The informer's functions are declared as void, and are async. */
function settle(result: unknown, onError: (error: unknown) => void): void {
  Promise.resolve(result).catch(onError);
}

/** An event (metav1.WatchEvent) of a named object, or an error. The informer reads these members without a check. */
function eventOf(line: string): { readonly type: string; readonly object: JsonObject } | undefined {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isJsonObject(event) || typeof event.type !== "string" || !isJsonObject(event.object)) return undefined;
  const { type, object } = event;
  const isNamed = isJsonObject(object.metadata) && typeof object.metadata.name === "string";
  return isNamed || type === "ERROR" || type === "BOOKMARK" ? { type, object } : undefined;
}
