/** Thrown when no control plane can be started. The message says what to do, on one line. */
export class ClusterUnavailableError extends Error {
  readonly code = "cluster-unavailable";
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "ClusterUnavailableError";
  }
}
