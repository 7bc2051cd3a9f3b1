/** Why a sync run failed. Failed calls have a KubernetesErrorCode instead. Part of the API: callers match on these. */
export type SyncErrorCode =
  /** The object was changed or deleted between the read and the write. The run skips it. */
  | "changed-in-between"
  /** A signal ended the run between two steps. The next run continues it. */
  | "stopped"
  /** The run takes too many steps without an end, because another client or a webhook changes the written values. */
  | "writes-do-not-stay";

/** A failed sync run. Printed as one line, without a stack trace. */
export class SyncError extends Error {
  readonly code: SyncErrorCode;
  constructor(code: SyncErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "SyncError";
    this.code = code;
  }
}
