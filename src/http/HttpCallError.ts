/** An HTTP call that got no usable answer. `message` names the host, never the path, a header or a part of the answer. */
export class HttpCallError extends Error {
  readonly code = "unreachable";
  /** The message without the host: the predicate of a sentence. */
  readonly predicate: string;
  constructor(host: string, predicate: string, cause?: unknown) {
    super(`${host} ${predicate}`, { cause });
    this.name = "HttpCallError";
    this.predicate = predicate;
  }
}
