/** The keys of an issuer cannot be fetched. The message repeats nothing of an answer. */
export class KeyFetchError extends Error {
  readonly code = "keys-not-fetched";
  /** The host that was called. */
  readonly host: string;

  constructor(host: string, fault: string, cause?: unknown) {
    super(fault, { cause });
    this.name = "KeyFetchError";
    this.host = host;
  }
}
