/** The gate issued no capability. The message has nothing of a token, and is the end of a sentence. */
export class CapabilityError extends Error {
  readonly code = "not-issued";
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "CapabilityError";
  }
}
