/** Why a rollout cannot be planned. Failed calls have a KubernetesErrorCode instead. Part of the API: callers match on these. */
export type RolloutErrorCode =
  /** An annotation of the Certificate cannot be used. The message names the annotation and the expected value. */
  | "bad-settings"
  /** The annotation `postern.dev/rollout-state` of a workload was not written by a rollout. */
  | "unreadable-state"
  /** The CertificateRequest of the current revision is missing or cannot be read, so the serial is not known. */
  | "certificate-unknown"
  /** The workload changed between the read and the write. The rollout reads it again. */
  | "changed-in-between"
  /** This process no longer holds the Lease. */
  | "stopped";

/** A rollout that cannot be planned or carried out. `message` is one line for people. */
export class RolloutError extends Error {
  readonly code: RolloutErrorCode;
  constructor(code: RolloutErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "RolloutError";
    this.code = code;
  }
}
