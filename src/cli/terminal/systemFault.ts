import { CliError } from "./CliError.ts";

/** A server that could not listen, in words that name the port's option. Other errors come back as they are. */
export function systemFault(error: unknown, port: number, option = "--port"): unknown {
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
      `port ${port} may not be used by this user; choose one above 1023 with ${option}`,
      error,
    );
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return new CliError("cannot-serve", "the host's address is none of this machine's", error);
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
