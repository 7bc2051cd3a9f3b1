/** Why a command could not do what it was asked. */
export type CliErrorCode =
  | "usage"
  | "unreadable-input"
  | "bad-gate"
  | "build-failed"
  | "port-in-use"
  | "cannot-serve"
  | "missing-package"
  | "bad-ca-bundle"
  | "bad-local-ca"
  | "missing-secret"
  | "not-announced";

/** An error that is shown as one clear line, without a stack. */
export class CliError extends Error {
  readonly code: CliErrorCode;
  constructor(code: CliErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "CliError";
    this.code = code;
  }
}
