/** Why a `POST /rollout` was not taken. Part of the API: callers match on these. */
export type RolloutCallErrorCode =
  | "not-found"
  | "method-not-allowed"
  | "wrong-content-type"
  | "too-large"
  | "bad-request"
  | "unauthenticated"
  | "forbidden"
  | "unknown-certificate"
  | "cannot-roll"
  | "other-serial"
  | "overloaded"
  | "cluster-unavailable";

/** An error that is answered as JSON. */
export class RolloutCallError extends Error {
  readonly code: RolloutCallErrorCode;
  constructor(code: RolloutCallErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "RolloutCallError";
    this.code = code;
  }
}

/** The HTTP status of each error. */
export function rolloutCallStatus(code: RolloutCallErrorCode): number {
  switch (code) {
    case "bad-request":
      return 400;
    case "unauthenticated":
      return 401;
    case "forbidden":
      return 403;
    case "not-found":
    case "unknown-certificate":
      return 404;
    case "method-not-allowed":
      return 405;
    case "cannot-roll":
    case "other-serial":
      return 409;
    case "too-large":
      return 413;
    case "wrong-content-type":
      return 415;
    case "overloaded":
    case "cluster-unavailable":
      return 503;
  }
}
