/** Why a call could not be judged. Part of the API: callers and dashboards match on these. */
export type GateErrorCode =
  | "bad-request"
  | "not-found"
  | "method-not-allowed"
  | "wrong-content-type"
  | "unknown-cluster"
  | "cluster-lookup-failed"
  | "too-large"
  | "body-timeout"
  | "incomplete-body"
  | "not-json"
  | "wrong-envelope"
  | "wrong-review-kind"
  | "overloaded"
  | "internal";

/** A call that could not be judged. `message` goes to the caller, so it never repeats the request; `cause` goes to the log. */
export class GateError extends Error {
  readonly code: GateErrorCode;
  /** Where in the body the fault lies, for `wrong-envelope` and `wrong-review-kind`. */
  readonly path: string | undefined;
  /** Methods that the path does take, for `method-not-allowed`. */
  readonly allow: string | undefined;

  constructor(code: GateErrorCode, message: string, more: { path?: string; allow?: string; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.name = "GateError";
    this.code = code;
    this.path = more.path;
    this.allow = more.allow;
  }
}
