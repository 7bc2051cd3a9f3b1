/** Reason why a command failed. */
export type CliErrorCode =
  /** An argument or option is missing, unknown or invalid, or options exclude each other. */
  | "usage"
  /** A file cannot be read or written. */
  | "unreadable-input"
  /**
   * The gate file does not exist, does not compile, throws, does not export a gate, or its lookup of a cluster failed.
   */
  | "bad-gate"
  /** The first build of `postern dev` failed, or the Worker does not start. */
  | "build-failed"
  /** Another process listens on the port. */
  | "port-in-use"
  /** The server cannot start: address, permission, certificate, key, or a folder that cannot be written. */
  | "cannot-serve"
  /** An optional npm package is not installed. The message names it. */
  | "missing-package"
  /** The file of `--ca` cannot be read, holds something other than certificates, or only expired ones. */
  | "bad-ca-bundle"
  /** The folder `.postern` of `postern dev` holds an invalid or expired CA. Delete it to create a new one. */
  | "bad-local-ca"
  /** A secret of the config, such as a token in a file or an environment variable, is missing. */
  | "missing-secret"
  /** The command waits for something that cannot happen any more, such as a promise of the gate that never settles. */
  | "stalled"
  /** The gate issued no capability for `--sync-token`. The message says why. */
  | "not-issued"
  /** The provider or the place of the announcement did not answer. The published announcement stays. */
  | "not-announced";

/** An error that is printed as one line, without a stack. */
export class CliError extends Error {
  readonly code: CliErrorCode;
  constructor(code: CliErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "CliError";
    this.code = code;
  }
}
