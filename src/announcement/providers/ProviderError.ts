/** Why a provider did not return a report. Part of the API: callers match on these. */
export type ProviderErrorCode =
  /** The provider does not answer, or answers 5xx. */
  | "unavailable"
  /** The provider answers 429 or throttles. Ask again later. */
  | "rate-limited"
  /** The provider refuses the call: the token lacks a permission, or the settings do not name anything to ask for. */
  | "refused"
  /** The answer does not have the documented form. */
  | "bad-answer"
  /** A certificate is from a CA that no catalogue contains. Name its roots in the provider's `roots`. */
  | "unknown-authority"
  /** The named certificate, host, domain or function does not exist, or is ambiguous. */
  | "not-found"
  /** A package of the AWS SDK is not installed. The message contains the command that installs it. */
  | "missing-package"
  /** A token or the CA file of the provider is empty, cannot be read, or is not one that may be sent to the provider. */
  | "missing-secret"
  /** The config names an API address that is neither the provider's own nor listed in `POSTERN_PROVIDER_HOSTS`. */
  | "unlisted-host";

/** A failed call to a provider. The message is one line and never contains a token. */
export class ProviderError extends Error {
  readonly code: ProviderErrorCode;
  constructor(code: ProviderErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "ProviderError";
    this.code = code;
  }
}
