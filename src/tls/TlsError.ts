/** Why a certificate and its key are not served. Part of the API: callers match on these codes. */
export type TlsFaultCode =
  // Files.
  /** A file does not exist. Check the path and the volume mount. */
  | "missing"
  /** A file cannot be read by this user. Check its owner and mode. */
  | "unreadable"
  /** A symbolic link points to itself. Replace the link. */
  | "symlink-loop"
  /** The path is a folder, a pipe, a socket or a device. Name a regular file. */
  | "not-a-file"
  /** A file is larger than 1 MiB. Check that it is the right file. */
  | "too-large"
  /** A file is empty. Wait for its writer, or write it again. */
  | "empty"
  /** The files changed during each read. Replace them in one step, as a Secret volume does. */
  | "unsteady"
  /** Every user may write the key file. Create a new key with mode 0600. */
  | "key-writable"
  // Content.
  /** The certificate file is not valid PEM, contains no certificate, or contains a private key. Write the chain again, leaf first. */
  | "bad-certificate"
  /** The key file does not contain exactly one private key that OpenSSL can parse. Write the key again. */
  | "bad-key"
  /** The key is encrypted with a passphrase. Store it without one. */
  | "encrypted-key"
  /** The key does not belong to the first certificate. Replace both files together. */
  | "key-mismatch"
  /** The key belongs to a certificate further down. Put that certificate first, and its issuers after it. */
  | "wrong-order"
  /** The intermediate is missing, or the issuer is unknown. Add the intermediate, or name a private root in `POSTERN_CA`. */
  | "incomplete-chain"
  /** No certificate of the file has signed the leaf, or the one that has cannot be an issuer. Write the chain again. */
  | "broken-chain"
  /** A certificate on the path that clients take has expired. Renew it. */
  | "expired"
  /** A certificate on the path that clients take is not valid yet. Wait, or check the clock of the machine. */
  | "not-yet-valid"
  /** The certificate does not cover a name in `POSTERN_TLS_HOSTS`, or has no names. Issue it for all names. */
  | "wrong-host"
  /** The certificate allows no server authentication, or its key usage no signatures. Issue it with `serverAuth` and `digitalSignature`. */
  | "wrong-usage"
  /** A key on the path that clients take is too small, too large or of a type that API servers do not accept. Use ECDSA P-256 or RSA with 2048 bits. */
  | "weak-key"
  /** A certificate is signed with SHA-1 or MD5, which clients refuse. Issue it with SHA-256. */
  | "weak-signature"
  /** The chain does not lead to a root in `POSTERN_CA`. Correct the chain, or add the root. */
  | "untrusted"
  /** The certificate starts more than 48 h earlier than the serving one of the same slot. To serve it, set `POSTERN_TLS_ALLOW_OLDER=1`. */
  | "older"
  /** OpenSSL cannot use the certificate and the key together. Issue a new pair. */
  | "unusable"
  // A swap.
  /** The server could not install the pair. The previous pair still serves. Check the pair, then send SIGHUP. */
  | "swap-failed"
  /** A handshake after the swap, or at the start, failed or showed another chain. The previous pair is restored, unless it is no better. */
  | "handshake-failed"
  /** The self-test request after the swap, or at the start, failed. The previous pair is restored, unless it is no better. Check the gate's log. */
  | "self-test-failed"
  // A server outside this process.
  /** The server does not accept connections, or could not be reached for a reload. Tried again at each read; after a failed reload with growing pauses. */
  | "target-down"
  /** The output folder cannot be written. Tried again at each read. Check its space and owner. */
  | "not-written"
  /** The reload failed or timed out. The previous pair is restored, unless it is no better. Check the server's log. */
  | "reload-failed"
  // An operator's decision.
  /** SIGUSR2 took the certificate back. It is not tried again until its slot holds another one, or after SIGHUP. */
  | "taken-back";

/** A fault, for people: one line that names the file, what is wrong and what to do. It never contains a key. */
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
