import type * as z from "zod/mini";
import type { GateError, GateErrorCode } from "../GateError.ts";
import type { errorSchema } from "./errorSchema.ts";

/** Whole seconds after which the API server may try again. Its timeout is at most 30 s. */
const RETRY_AFTER_SECONDS = 1;

/**
 * Writes an error as HTTP: status, JSON body, and the headers that belong to it. `isLast` ends the connection, which the
 * unread rest of a body makes useless for other calls.
 */
export function errorResponse(error: GateError, isLast: boolean): Response {
  const body: z.infer<typeof errorSchema> = {
    error: { code: error.code, message: error.message, ...(error.path === undefined ? {} : { path: error.path }) },
  };
  const status = httpStatus(error.code);
  // Not a Headers: to make and check one takes a sixth of the refusal of a stranger.
  const headers: Record<string, string> = { "content-type": "application/json", "cache-control": "no-store" };
  if (error.allow !== undefined) headers.allow = error.allow;
  if (status === 503 || status === 429) headers["retry-after"] = String(error.retryAfterSeconds ?? RETRY_AFTER_SECONDS);
  // RFC 9110, section 15.5.2. A caller with a certificate or a capability does not need it.
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (isLast) headers.connection = "close";
  return new Response(JSON.stringify(body), { status, headers });
}

/**
 * The HTTP status of each error code. The API server repeats a call that got 429 or 5xx with an integer Retry-After, up
 * to 10 times within its timeout. With every other status the call has failed, and failurePolicy decides. Never 3xx: the
 * API server would follow it.
 */
export function httpStatus(code: GateErrorCode): number {
  switch (code) {
    case "bad-request":
    case "incomplete-body":
    case "not-json":
    case "wrong-envelope":
      return 400;
    case "not-found":
      return 404;
    case "unauthenticated":
      return 401;
    case "method-not-allowed":
      return 405;
    case "body-timeout":
      return 408;
    case "too-large":
      return 413;
    case "wrong-content-type":
      return 415;
    case "wrong-review-kind":
      return 422;
    case "too-many-calls":
      return 429;
    case "internal":
      return 500;
    case "overloaded":
    case "cluster-lookup-failed":
    case "identity-unavailable":
    case "not-recorded":
      return 503;
  }
}
