import { CliError } from "./CliError.ts";

/**
 * Turns the error of a server that could not listen into a {@link CliError}, `port-in-use` or `cannot-serve`, which
 * names the option of the port. Returns any other error unchanged.
 */
export function listenError(error: unknown, port: number, option = "--port"): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE")
    return new CliError(
      "port-in-use",
      `port ${port} is in use; choose another with ${option}, or stop what listens there`,
      error,
    );
  if (code === "EACCES")
    return new CliError(
      "cannot-serve",
      `port ${port} is not permitted for this user; choose one above 1023 with ${option}`,
      error,
    );
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return new CliError(
      "cannot-serve",
      "the address of --host does not belong to this machine; give one that it has, or 0.0.0.0 for all",
      error,
    );
  if (
    typeof code === "string" &&
    (code.startsWith("ERR_OSSL") || code.startsWith("ERR_TLS") || code === "ERR_INVALID_ARG_TYPE")
  )
    return new CliError(
      "cannot-serve",
      `certificate and key cannot be used together: ${error instanceof Error ? error.message : ""}`,
      error,
    );
  return error;
}
