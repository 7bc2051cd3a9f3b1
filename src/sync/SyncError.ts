/** Why a sync could not do what it was asked. Part of the API: callers match on these. */
export type SyncErrorCode = "refused-by-cluster" | "changed-in-between" | "stopped" | "unreachable";

/** An error that is shown as one clear line, without a stack. */
export class SyncError extends Error {
  readonly code: SyncErrorCode;
  constructor(code: SyncErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "SyncError";
    this.code = code;
  }
}
