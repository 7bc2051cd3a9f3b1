import type { CliErrorCode } from "./CliError.ts";

/** Everything was allowed, or the server stopped as asked. */
export const EXIT_OK = 0;
/** Something was denied. */
export const EXIT_DENIED = 1;
/** A cluster has something else than what was rendered; as `kubectl diff` has it. */
export const EXIT_DIFFERENT = 1;
/** Usage, input or surroundings: nothing to do with what the policies say. */
export const EXIT_UNUSABLE = 2;

/** The exit code of each error. */
export function exitCode(code: CliErrorCode): number {
  switch (code) {
    case "usage":
    case "unreadable-input":
    case "bad-gate":
    case "build-failed":
    case "port-in-use":
    case "cannot-serve":
    case "missing-package":
    case "bad-ca-bundle":
    case "cluster-unreachable":
    case "cluster-refused":
    case "bad-local-ca":
      return EXIT_UNUSABLE;
  }
}
