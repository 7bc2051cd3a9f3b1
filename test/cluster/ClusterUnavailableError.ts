/** There is no way to start a control plane here. The message is one line and says what to do. */
export class ClusterUnavailableError extends Error {
  readonly code = "cluster-unavailable";
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "ClusterUnavailableError";
  }
}
