import type { Gate } from "../gate/config/defineGate.ts";
import { GateConfigError } from "../gate/config/GateConfigError.ts";
import { TlsConfigError } from "../tls/TlsConfigError.ts";
import { TlsError } from "../tls/TlsError.ts";
import { TrustError } from "../trust/TrustError.ts";
import { type ServeEnv, serveGate } from "./serveGate.ts";

/** As of the `postern` command: usage, input or environment. */
const EXIT_FAULT = 2;

/**
 * Serves a gate as a whole process, until SIGTERM or SIGINT. Resolves to the exit code of {@link serveGate}, or to 2 with
 * one line on standard error when settings, a certificate or the port cannot be used. Rejects for every other error: a
 * bug.
 */
export async function serveProcess(
  gate: Gate,
  env: ServeEnv,
  stderr: { write(text: string): unknown } = process.stderr,
): Promise<number> {
  try {
    return await serveGate(gate, env, undefined, process.argv[1]);
  } catch (error) {
    if (!isFaultOfEnvironment(error)) throw error;
    stderr.write(`postern: ${error.message.replaceAll("\n", " ")}\n`);
    return EXIT_FAULT;
  }
}

/** Whether an error comes from settings, files or the system. An error of the system names its system call. */
function isFaultOfEnvironment(error: unknown): error is Error {
  const faults = [GateConfigError, TlsError, TlsConfigError, TrustError];
  return error instanceof Error && ("syscall" in error || faults.some((fault) => error instanceof fault));
}
