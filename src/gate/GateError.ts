import type { RefusalReason } from "../identity/Identity.ts";

/** Why a call could not be judged. Part of the API: callers and dashboards match on these codes. */
export type GateErrorCode =
  /** The request has no valid host or path. */
  | "bad-request"
  /** Nothing is served at this path. */
  | "not-found"
  /** The path takes other methods. The `Allow` header names them. */
  | "method-not-allowed"
  /** The body is not `application/json`, or it is compressed. */
  | "wrong-content-type"
  /** The gate has no cluster of that name, or the call does not prove that it comes from it. */
  | "unauthenticated"
  /** The keys that prove who calls cannot be fetched. Try again after `Retry-After`. */
  | "identity-unavailable"
  /** The cluster, or the address, makes too many calls. Try again after `Retry-After`. */
  | "too-many-calls"
  /** The lookup of the cluster's settings failed. Try again after `Retry-After`. */
  | "cluster-lookup-failed"
  /** The body is over a limit and its first 4 KiB hold no uid. A review with a uid there is denied instead. */
  | "too-large"
  /** The body arrives too slowly, or not within the timeout of the call. */
  | "body-timeout"
  /** The connection ended before the whole body arrived. */
  | "incomplete-body"
  /** The body is not JSON. */
  | "not-json"
  /** The body is not a review. `path` says where it differs from one. */
  | "wrong-envelope"
  /** The path does not take reviews of this kind or version. */
  | "wrong-review-kind"
  /** Too many calls are in progress. Try again after `Retry-After`. */
  | "overloaded"
  /** The decision could not be recorded, and its cluster has the profile `compliance`. Try again after `Retry-After`. */
  | "not-recorded"
  /** The gate failed. Its log has the error. */
  | "internal";

/**
 * A body that the caller may still be sending, and that the gate does not read:
 *
 * | | |
 * |---|---|
 * | `untouched` | nothing of it was read. The host can discard it |
 * | `cut` | it was read in part, and is too slow or too large |
 */
export type UnreadBody = "untouched" | "cut";

/** What a GateError has beside its code and message. */
export interface GateErrorFacts {
  readonly path?: string | undefined;
  readonly reason?: RefusalReason | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly allow?: string | undefined;
  readonly body?: UnreadBody | undefined;
  readonly cause?: unknown;
}

/** A call that could not be judged. `message` goes to the caller and never repeats the request; `cause` goes to the log. */
export class GateError extends Error {
  readonly code: GateErrorCode;
  /** Where in the body the fault is, for `wrong-envelope` and `wrong-review-kind`. */
  readonly path: string | undefined;
  /** Why the caller is refused, for the log and metrics. */
  readonly reason: RefusalReason | undefined;
  /** Whole seconds until the caller may try again; undefined for the default of its code. */
  readonly retryAfterSeconds: number | undefined;
  /** Methods that the path takes, for `method-not-allowed`. */
  readonly allow: string | undefined;
  /** How the body was left; undefined where the rest of it is to be read before the answer. */
  readonly body: UnreadBody | undefined;

  constructor(code: GateErrorCode, message: string, more: GateErrorFacts = {}) {
    super(message, { cause: more.cause });
    this.name = "GateError";
    this.code = code;
    this.path = more.path;
    this.reason = more.reason;
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.allow = more.allow;
    this.body = more.body;
  }
}

/** The GateError of anything that was thrown. An unknown error becomes `internal`, with the error as its cause. */
export function gateError(error: unknown): GateError {
  if (error instanceof GateError) return error;
  return new GateError("internal", "the gate failed; its log has the error", { cause: error });
}
