import { ConfigError, type ConfigErrorCode } from "../../config/ConfigError.ts";
import { KubernetesError, type KubernetesErrorCode } from "../../kubernetes/KubernetesError.ts";
import { SyncError, type SyncErrorCode } from "../../sync/SyncError.ts";
import { CliError, type CliErrorCode } from "./CliError.ts";

/** Success: no object is denied, no difference, in step, no findings, or stopped by a signal. */
export const EXIT_OK = 0;
/** `review`: an object is denied or its version is not judged; with `--fail-on-unjudged` also when one is not judged. */
export const EXIT_DENIED = 1;
/** `review --against`: something is loosened, or cannot be compared, without `--allow-loosened`. */
export const EXIT_LOOSENED = 1;
/** `test`: a case failed. */
export const EXIT_TESTS_FAILED = 1;
/** `render --diff`: the cluster differs from the rendered objects, as with `kubectl diff`. */
export const EXIT_DIFFERENT = 1;
/** `sync`: not in step and nothing is broken. `announce`: nothing was published. The next run may succeed. */
export const EXIT_NOT_IN_STEP = 1;
/** `sync`: a written value was not accepted and the snapshot was restored. */
export const EXIT_ROLLED_BACK = 3;
/** `records`: a finding of `verify`, a proof that does not hold, no record to prove, or a line that is not a record. */
export const EXIT_FINDINGS = 1;
/** `keys rotate`: an instance may not have the set yet, or each key of a full set has capabilities. `keys drop`: no other key can sign. */
export const EXIT_NOT_ROTATED = 1;
/** `doctor`: the worst finding is a warning. */
export const EXIT_WARNINGS = 1;
/** `doctor`: a finding is an error: something is broken, or will be soon. */
export const EXIT_ERRORS = 3;
/** Any command: usage, input, configuration or environment. Independent of the verdicts of policies. */
export const EXIT_FAILED = 2;

/** Codes of errors that a command prints as one line. */
export type ShownErrorCode = CliErrorCode | ConfigErrorCode | KubernetesErrorCode | SyncErrorCode;

/** Errors that a command prints as one line, without a stack. */
export type ShownError = CliError | ConfigError | KubernetesError | SyncError;

/** Whether an error is printed as one line. Any other error is a bug in Postern. */
export function isShownError(error: unknown): error is ShownError {
  return [CliError, ConfigError, KubernetesError, SyncError].some((it) => error instanceof it);
}

/** The exit code for the code of an error. */
export function exitCode(code: ShownErrorCode): number {
  switch (code) {
    case "usage":
    case "unreadable-input":
    case "bad-gate":
    case "build-failed":
    case "port-in-use":
    case "cannot-serve":
    case "missing-package":
    case "missing-secret":
    case "not-issued":
    case "stalled":
    case "bad-ca-bundle":
    case "cluster-unreachable":
    case "cluster-refused":
    case "bad-local-ca":
    case "bad-config":
    case "unreadable-config":
    case "writes-do-not-stay":
      return EXIT_FAILED;
    case "lease-held":
    case "changed-in-between":
    case "stopped":
    case "not-announced":
      return EXIT_NOT_IN_STEP;
  }
}
