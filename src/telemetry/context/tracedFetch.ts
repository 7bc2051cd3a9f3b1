import { traceHeaders } from "../trace/traceHeaders.ts";
import type { AsyncContext } from "./AsyncContext.ts";

/**
 * A `fetch` that sends the trace of the request in progress as `traceparent` and `tracestate` (W3C Trace Context), for what a gate itself calls,
 * such as a lookup of clusters. A header that the caller sets stays. Outside of a request nothing is added.
 */
export function tracedFetch(fetch: typeof globalThis.fetch, context: AsyncContext): typeof globalThis.fetch {
  return (input, init) => {
    const span = context.get()?.span;
    if (span === undefined) return fetch(input, init);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    if (!headers.has("traceparent"))
      for (const [name, value] of Object.entries(traceHeaders(span.context))) headers.set(name, value);
    return fetch(input, { ...init, headers });
  };
}
