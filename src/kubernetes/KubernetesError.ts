/** Why a call to an API server failed. Part of the API: callers match on these. */
export type KubernetesErrorCode =
  /** The API server does not answer, or the kubeconfig names no cluster. */
  | "cluster-unreachable"
  /** The API server refuses the call, or its answer cannot be read. */
  | "cluster-refused"
  /** Another process holds the Lease. */
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
