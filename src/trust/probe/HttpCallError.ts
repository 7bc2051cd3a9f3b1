/** An HTTP call that got no usable answer. `message` names the host, never the path or a header. */
export class HttpCallError extends Error {
  readonly code = "unreachable";
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "HttpCallError";
  }
}
