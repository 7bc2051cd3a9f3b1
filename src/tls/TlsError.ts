/** Why a certificate and its key are not served. Part of the API: callers match on these. */
export type TlsFaultCode =
  // Of the files.
  | "missing"
  | "unreadable"
  | "symlink-loop"
  | "not-a-file"
  | "too-large"
  | "empty"
  | "unsteady"
  | "key-writable"
  // Of what is in them.
  | "bad-certificate"
  | "bad-key"
  | "encrypted-key"
  | "key-mismatch"
  | "wrong-order"
  | "incomplete-chain"
  | "broken-chain"
  | "expired"
  | "not-yet-valid"
  | "wrong-host"
  | "wrong-usage"
  | "weak-key"
  | "weak-signature"
  | "untrusted"
  | "older"
  | "unusable"
  // Of a pair that was tried.
  | "swap-failed"
  | "handshake-failed"
  | "self-test-failed"
  // Of a server outside of this process.
  | "target-down"
  | "not-written"
  | "reload-failed"
  // Of a pair that was given up by hand.
  | "taken-back";

/** What is wrong, for people: one line that names what, where, what was expected and what to do. Never holds a key. */
export interface TlsFault {
  readonly code: TlsFaultCode;
  readonly message: string;
}

/** A certificate and key that cannot be served. */
export class TlsError extends Error implements TlsFault {
  readonly code: TlsFaultCode;

  constructor({ code, message }: TlsFault, cause?: unknown) {
    super(message, { cause });
    this.name = "TlsError";
    this.code = code;
  }
}
