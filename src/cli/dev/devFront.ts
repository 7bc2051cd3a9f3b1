import type { DevWorker } from "./DevWorker.ts";

/** Miniflare takes orders by headers of this kind; one of them forges `request.cf`, by which a gate may know its caller. */
const FORBIDDEN = /^mf-/i;
/** Longer than any call of an API server. In milliseconds. */
const TIMEOUT = 35_000;

/**
 * Hands calls on to the Worker, as an edge would: TLS ends in front, the Worker sees the URL as it was called. Refuses
 * headers and paths by which a caller could reach miniflare itself.
 */
export function devFront(worker: Pick<DevWorker, "url">): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const forbidden = [...request.headers.keys()].find((name) => FORBIDDEN.test(name));
    if (forbidden !== undefined)
      return refuse(request, 400, "forbidden-header", "headers that begin with MF- are miniflare's own");
    if (url.pathname.startsWith("/cdn-cgi/")) return refuse(request, 404, "not-found", "there is nothing at this path");
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
        signal: AbortSignal.timeout(TIMEOUT),
      });
      return new Response(answer.body, { status: answer.status, headers: answered(answer.headers) });
    } catch {
      // The Worker is being replaced, or fell over; the API server tries again.
      return refuse(undefined, 503, "overloaded", "the Worker did not answer; try again");
    }
  };
}

function answered(from: Headers): Headers {
  const headers = new Headers(from);
  // fetch has taken the encoding off already.
  for (const name of ["content-encoding", "content-length", "transfer-encoding", "connection"]) headers.delete(name);
  return headers;
}

/** In the gate's own error shape. */
async function refuse(request: Request | undefined, status: number, code: string, message: string): Promise<Response> {
  await request?.arrayBuffer();
  return Response.json({ error: { code, message } }, { status, headers: status === 503 ? { "retry-after": "1" } : {} });
}
