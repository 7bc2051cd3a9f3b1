import type { DevWorker } from "./DevWorker.ts";

/** Control headers of miniflare. One of them sets `request.cf`, which a gate may use to identify its caller. */
const CONTROL_HEADER = /^mf-/i;
/** Longer than any webhook call of an API server (30 s at most). */
const TIMEOUT_MS = 35_000;

/**
 * Forwards requests to the Worker, as an edge does: TLS ends here, and the Worker sees the URL of the request. Refuses
 * headers and paths that would reach miniflare itself.
 */
export function forwardToWorker(worker: Pick<DevWorker, "url">): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const forbidden = [...request.headers.keys()].find((name) => CONTROL_HEADER.test(name));
    if (forbidden !== undefined)
      return refuse(request, 400, "forbidden-header", "headers that begin with MF- are reserved for miniflare");
    if (url.pathname.startsWith("/cdn-cgi/"))
      return refuse(request, 404, "not-found", "nothing is served at this path");
    try {
      const headers = new Headers(request.headers);
      for (const name of ["connection", "keep-alive", "transfer-encoding", "upgrade", "expect"]) headers.delete(name);
      headers.set("MF-Original-URL", request.url);
      const body = request.method === "GET" || request.method === "HEAD" ? null : await request.arrayBuffer();
      const answer = await fetch(new URL(`${url.pathname}${url.search}`, worker.url), {
        method: request.method,
        headers,
        body,
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return new Response(answer.body, { status: answer.status, headers: responseHeaders(answer.headers) });
    } catch {
      // The Worker is being replaced or has crashed; the API server calls again.
      return refuse(undefined, 503, "overloaded", "the Worker did not answer; try again");
    }
  };
}

function responseHeaders(from: Headers): Headers {
  const headers = new Headers(from);
  // fetch has already decoded the body.
  for (const name of ["content-encoding", "content-length", "transfer-encoding", "connection"]) headers.delete(name);
  return headers;
}

/** An error in the format of the gate. */
async function refuse(request: Request | undefined, status: number, code: string, message: string): Promise<Response> {
  await request?.arrayBuffer();
  return Response.json({ error: { code, message } }, { status, headers: status === 503 ? { "retry-after": "1" } : {} });
}
