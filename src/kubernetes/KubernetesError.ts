/** Why a call to an API server failed. Part of the API: callers match on these. */
export type KubernetesErrorCode =
  /** There is no answer, or no cluster to ask. */
  | "cluster-unreachable"
  /** The API server refuses the call. */
  | "cluster-refused"
  /** Another holder has the Lease. */
  | "lease-held";

/** A failed call to an API server. `message` is one line for people. */
export class KubernetesError extends Error {
  readonly code: KubernetesErrorCode;
  constructor(code: KubernetesErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "KubernetesError";
    this.code = code;
  }
}
