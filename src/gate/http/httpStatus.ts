import type { GateErrorCode } from "../GateError.ts";

/**
 * The HTTP status of each error. The API server repeats a call that got 429 or 5xx with an integer Retry-After, up to
 * 10 times within its timeout; all other statuses are a failed call, and failurePolicy decides. Never 3xx: it would follow.
 */
export function httpStatus(code: GateErrorCode): number {
  switch (code) {
    case "bad-request":
    case "incomplete-body":
    case "not-json":
    case "wrong-envelope":
      return 400;
    case "not-found":
    case "unknown-cluster":
      return 404;
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
    case "internal":
      return 500;
    case "overloaded":
    case "cluster-lookup-failed":
      return 503;
  }
}
