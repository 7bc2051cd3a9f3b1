import { setTimeout as sleep } from "node:timers/promises";
import { callText } from "./print/callText.ts";
import type { RefusedCall } from "./print/RefusedCalls.ts";
import { readBounded } from "./readBounded.ts";

/** What {@link forwardToWorker} needs of a Worker. */
export interface ForwardTarget {
  /** The URL where the Worker listens now. */
  readonly url: URL;
  /** Starts the Worker again when it does not answer a simple call any more. `call` is the one without an answer. */
  restartIfBlocked(call: string): Promise<void>;
}

/** Control headers of miniflare. One of them sets `request.cf`, which a gate may use to identify its caller. */
const CONTROL_HEADER = /^mf-/i;
/** Headers of a connection, RFC 9110, section 7.6.1. */
const HOP_HEADERS = ["connection", "keep-alive", "transfer-encoding", "upgrade", "expect", "te", "proxy-connection"];
/** Methods that a fetch cannot send (fetch standard). The Worker answers them like other wrong methods. */
const FORBIDDEN_METHOD = /^(?:CONNECT|TRACE|TRACK)$/i;
/** Longer than any webhook call of an API server (30 s at most). */
const TIMEOUT_MS = 35_000;
/** After its own timeout an API server has stopped to wait. */
const TIMEOUT_MARGIN_MS = 2_000;
/** As much as a gate reads of a body. It answers a smaller body that is over its own limit itself. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** How long a call waits for a Worker that is started again, and how often it tries. */
const RESTART_MS = 10_000;
const RETRY_MS = 100;
/** A call that ends the runtime this often is not tried again. */
const MAX_CUTS = 2;

/**
 * Forwards requests to the Worker, as an edge does: TLS ends here, and the Worker sees the URL of the request. Nothing is
 * forwarded to another host, whatever the URL. Refuses headers and paths that would reach miniflare itself, and bodies of
 * more than 32 MiB. While the Worker is replaced or started again, calls wait. `onRefused` is called for each answer that
 * is an error.
 */
export function forwardToWorker(
  worker: ForwardTarget,
  onRefused: (call: RefusedCall) => void = () => undefined,
): (request: Request) => Promise<Response> {
  const forward = forwardCall(worker);
  return async (request) => {
    const answer = await forward(request);
    if (answer.status < 400) return answer;
    const { status, headers } = answer;
    const body = await answer.text();
    onRefused({ status, code: codeIn(body), path: new URL(request.url).pathname });
    return new Response(body, { status, headers });
  };
}

function forwardCall(worker: ForwardTarget): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const body = await readBounded(request, MAX_BODY_BYTES);
    const forbidden = [...request.headers.keys()].find((name) => CONTROL_HEADER.test(name));
    if (forbidden !== undefined)
      return refuse(400, "forbidden-header", "headers that begin with MF- are reserved for miniflare");
    if (url.pathname.startsWith("/cdn-cgi/")) return refuse(404, "not-found", "nothing is served at this path");
    if (body === undefined) return refuse(413, "body-too-large", "the body has more than 32 MiB");
    const headers = new Headers(request.headers);
    for (const name of HOP_HEADERS) headers.delete(name);
    headers.set("MF-Original-URL", request.url);
    const method = FORBIDDEN_METHOD.test(request.method) ? "OPTIONS" : request.method;
    const hasBody = method !== "GET" && method !== "HEAD";
    const call = { method, headers, ...(hasBody ? { body } : {}), redirect: "manual" } as const;
    return (await answerOf(worker, url, call)) ?? refuse(503, "overloaded", "the Worker did not answer; try again");
  };
}

/** A call as it is forwarded. */
interface ForwardedCall {
  readonly method: string;
  readonly headers: Headers;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly redirect: "manual";
}

/** The answer of the Worker; undefined when there is none in time. */
async function answerOf(worker: ForwardTarget, url: URL, call: ForwardedCall): Promise<Response | undefined> {
  const end = performance.now() + RESTART_MS;
  let cuts = 0;
  while (performance.now() < end) {
    try {
      const signal = AbortSignal.timeout(timeoutOf(url));
      const answer = await fetch(targetOf(worker.url, url), { ...call, signal });
      return new Response(answer.body, { status: answer.status, headers: responseHeaders(answer.headers) });
    } catch (error) {
      if (error instanceof Error && error.name === "TimeoutError") {
        await worker.restartIfBlocked(callText(url.pathname, call.body));
        return undefined;
      }
      // Only a call that the Worker never got does not count.
      if (codeOf(error) !== "ECONNREFUSED") cuts += 1;
      if (cuts >= MAX_CUTS) return undefined;
      await sleep(RETRY_MS);
    }
  }
  return undefined;
}

/** Only path and query come from the caller: resolving `//host/` as a reference would name another host. */
function targetOf(worker: URL, { pathname, search }: URL): URL {
  const target = new URL(worker);
  target.pathname = pathname;
  target.search = search;
  return target;
}

/** The timeout that an API server appends to the URL of a webhook, such as `?timeout=5s`, and a margin. */
function timeoutOf({ searchParams }: URL): number {
  const [, seconds] = /^(\d{1,2})s$/.exec(searchParams.get("timeout") ?? "") ?? [];
  return seconds === undefined ? TIMEOUT_MS : Math.min(TIMEOUT_MS, Number(seconds) * 1000 + TIMEOUT_MARGIN_MS);
}

function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
}

function responseHeaders(from: Headers): Headers {
  const headers = new Headers(from);
  // fetch has already decoded the body.
  for (const name of ["content-encoding", "content-length", "transfer-encoding", "connection"]) headers.delete(name);
  return headers;
}

/** The code of an error in the format of the gate. */
function codeIn(body: string): string | undefined {
  try {
    const code: unknown = Object(Object(JSON.parse(body)).error).code;
    return typeof code === "string" ? code : undefined;
  } catch {
    return undefined;
  }
}

/** An error in the format of the gate. */
function refuse(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status, headers: status === 503 ? { "retry-after": "1" } : {} });
}
