/** Why certificates, bundles or endpoints could not be read. Part of the API: callers match on these. */
export type TrustErrorCode =
  | "byte-order-mark"
  | "glued-blocks"
  | "private-key"
  | "trusted-certificate"
  | "wrong-block"
  | "unfinished-block"
  | "pem-headers"
  | "stray-dashes"
  | "bad-base64"
  | "bad-certificate"
  | "empty-bundle"
  | "bad-comment"
  | "unknown-catalogue"
  | "bad-url"
  | "resolve-failed";

/** Something that cannot be trusted, or not even be read. `message` names what and where, and never repeats a key. */
export class TrustError extends Error {
  readonly code: TrustErrorCode;
  /** The line of the file, counted from 1, for what is wrong in a bundle. */
  readonly line: number | undefined;

  constructor(code: TrustErrorCode, message: string, more: { line?: number; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.name = "TrustError";
    this.code = code;
    this.line = more.line;
  }
}
