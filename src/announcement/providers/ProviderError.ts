/** Why a provider could not say what comes next. Part of the API: callers match on these. */
export type ProviderErrorCode =
  /** It does not answer, or answers 5xx. */
  | "unavailable"
  | "rate-limited"
  /** It answers, and refuses: a token without the right, a name that it does not have. */
  | "refused"
  /** What it answers is not what its documentation says. */
  | "bad-answer"
  /** A certificate of a CA whose roots are not known here. */
  | "unknown-authority"
  /** What is asked for is not there once: no such host, or several. */
  | "not-found"
  | "missing-package"
  | "missing-secret";

/** A provider that could not be asked, in one line. It never repeats a token. */
export class ProviderError extends Error {
  readonly code: ProviderErrorCode;
  constructor(code: ProviderErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "ProviderError";
    this.code = code;
  }
}
