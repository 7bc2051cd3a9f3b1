import { ConfigError, type ConfigErrorCode } from "../../config/ConfigError.ts";
import { KubernetesError, type KubernetesErrorCode } from "../../kubernetes/KubernetesError.ts";
import { SyncError, type SyncErrorCode } from "../../sync/SyncError.ts";
import { CliError, type CliErrorCode } from "./CliError.ts";

/** Everything was allowed, or the server stopped as asked. */
export const EXIT_OK = 0;
/** Something was denied. */
export const EXIT_DENIED = 1;
/** A cluster has something else than what was rendered; as `kubectl diff` has it. */
export const EXIT_DIFFERENT = 1;
/** A cluster is not in step, and nothing is broken: what stands against it is said. */
export const EXIT_NOT_IN_STEP = 1;
/** What was written did not carry, and what was there before was written back. */
export const EXIT_ROLLED_BACK = 3;
/** A doctor found nothing worse than this. */
export const EXIT_WARNINGS = 1;
/** A doctor found what is broken, or soon will be. */
export const EXIT_ERRORS = 3;
/** Usage, input or surroundings: nothing to do with what the policies say. */
export const EXIT_UNUSABLE = 2;

/** The code of an error that a command shows as one line. */
export type ShownErrorCode = CliErrorCode | ConfigErrorCode | KubernetesErrorCode | SyncErrorCode;

/** An error that a command shows as its one line, without a stack. */
export type ShownError = CliError | ConfigError | KubernetesError | SyncError;

/** Whether an error is shown as its one line. Any other error is a fault of Postern itself. */
export function isShownError(error: unknown): error is ShownError {
  return [CliError, ConfigError, KubernetesError, SyncError].some((it) => error instanceof it);
}

/** The exit code of each error. */
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
    case "bad-ca-bundle":
    case "cluster-unreachable":
    case "cluster-refused":
    case "bad-local-ca":
    case "bad-config":
    case "unreadable-config":
    case "refused-by-cluster":
    case "unreachable":
      return EXIT_UNUSABLE;
    case "lease-held":
    case "changed-in-between":
    case "stopped":
    case "not-announced":
      return EXIT_NOT_IN_STEP;
  }
}
