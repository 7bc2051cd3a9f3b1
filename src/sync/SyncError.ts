/** Why a sync run failed. Part of the API: callers match on these. */
export type SyncErrorCode =
  /** The API server rejected a request of the sync, or written values do not stay. */
  | "refused-by-cluster"
  /** The object was changed or deleted between the read and the write. The run skips it. */
  | "changed-in-between"
  /** A signal ended the run between two steps. The next run continues it. */
  | "stopped"
  /** The API server did not answer. */
  | "unreachable";

/** A failed sync run. Printed as one line, without a stack trace. */
export class SyncError extends Error {
  readonly code: SyncErrorCode;
  constructor(code: SyncErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "SyncError";
    this.code = code;
  }
}
