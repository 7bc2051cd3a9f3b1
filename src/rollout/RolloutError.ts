/** Why a rollout could not be looked after. Part of the API: callers match on these. */
export type RolloutErrorCode =
  /** Annotations of a Certificate that make no sense. */
  | "bad-settings"
  /** A state that was not written by a rollout. */
  | "unreadable-state"
  | "not-there"
  | "changed-in-between"
  | "refused-by-cluster"
  | "unreachable"
  /** Another controller leads by now. */
  | "stopped";

/** An error that is told as one clear line, without a stack. */
export class RolloutError extends Error {
  readonly code: RolloutErrorCode;
  constructor(code: RolloutErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "RolloutError";
    this.code = code;
  }
}
