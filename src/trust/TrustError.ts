/** Why a certificate, a trust bundle or an endpoint cannot be used. Part of the API: callers match on these. */
export type TrustErrorCode =
  /** The file contains a byte order mark. The API server would skip the block after it. */
  | "byte-order-mark"
  /** The end of a block and the begin of the next one are on one line. A newline between them is missing. */
  | "glued-blocks"
  /** The file contains a private key. Everybody who can read a registration would see it. */
  | "private-key"
  /** The file contains a TRUSTED CERTIFICATE block, an OpenSSL format that the API server does not read. */
  | "trusted-certificate"
  /** The file contains a block that is not a certificate. */
  | "wrong-block"
  /** A block has no end line. */
  | "unfinished-block"
  /** A block has PEM headers. The API server would skip it without an error. */
  | "pem-headers"
  /** A line contains five dashes but does not begin a block. */
  | "stray-dashes"
  /** The content of a block is not base64, or not in the one canonical encoding. */
  | "bad-base64"
  /** A certificate cannot be parsed. Go would refuse it. */
  | "bad-certificate"
  /** The file contains no certificate. */
  | "empty-bundle"
  /** A bundle's comment is not one line of printable ASCII, or contains five dashes. */
  | "bad-comment"
  /** No root catalogue has this name. */
  | "unknown-catalogue"
  /** The URL of an endpoint is not an https URL. */
  | "bad-url"
  /** The host of an endpoint has no address. */
  | "resolve-failed";

/** A certificate, a trust bundle or an endpoint that cannot be used. `message` never repeats a key. */
export class TrustError extends Error {
  readonly code: TrustErrorCode;
  /** The line of the file, counted from 1. Set for faults in a trust bundle. */
  readonly line: number | undefined;

  constructor(code: TrustErrorCode, message: string, more: { line?: number; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.name = "TrustError";
    this.code = code;
    this.line = more.line;
  }
}
