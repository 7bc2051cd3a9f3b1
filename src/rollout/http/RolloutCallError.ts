/** Why a `POST /rollout` was refused. Part of the API: callers match on these. */
export type RolloutCallErrorCode =
  /** 400. The body is not the expected JSON, or did not arrive within 2 seconds. */
  | "bad-request"
  /** 401. There is no bearer token, or the API server does not accept it. */
  | "unauthenticated"
  /** 403. The user may not `update` the Certificate. */
  | "forbidden"
  /** 404. The only path is `/rollout`. */
  | "not-found"
  /** 404. The Certificate does not exist. */
  | "unknown-certificate"
  /** 405. The only method is POST. */
  | "method-not-allowed"
  /** 409. The Certificate has no annotation `postern.dev/rollout`, its annotations cannot be used, or it is not ready. */
  | "cannot-roll"
  /** 409. The certificate's serial is not the one in the header `x-certificate-serial`. */
  | "other-serial"
  /** 413. The body has more than 16 KiB. */
  | "too-large"
  /** 415. The content type is not `application/json`. */
  | "wrong-content-type"
  /** 503. Too many calls of this connection or this user are in progress. Retry after a second. */
  | "overloaded"
  /** 503. The API server does not answer or refuses a call. Retry after a second. */
  | "cluster-unavailable";

/** A refused `POST /rollout`. `message` is for the caller. */
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
