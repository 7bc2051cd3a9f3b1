import type { Gate } from "../gate/config/defineGate.ts";
import { GateConfigError } from "../gate/config/GateConfigError.ts";
import { TlsConfigError } from "../tls/TlsConfigError.ts";
import { TlsError } from "../tls/TlsError.ts";
import { type ServeEnv, serveGate } from "./serveGate.ts";

/** As of the `postern` command: usage, input or surroundings. */
const EXIT_UNUSABLE = 2;

/**
 * Serves a gate as a whole process, until SIGTERM or SIGINT. Resolves to the exit code: as {@link serveGate}, or 2 with one
 * line on standard error for settings, a certificate or a port that cannot be used. A fault of Postern itself is thrown.
 */
export async function serveProcess(
  gate: Gate,
  env: ServeEnv,
  stderr: { write(text: string): unknown } = process.stderr,
): Promise<number> {
  try {
    return await serveGate(gate, env);
  } catch (error) {
    if (!isOfSurroundings(error)) throw error;
    stderr.write(`postern: ${error.message.replaceAll("\n", " ")}\n`);
    return EXIT_UNUSABLE;
  }
}

/** What the system refuses, such as a port that is in use, names the call that it refused. */
function isOfSurroundings(error: unknown): error is Error {
  if (error instanceof GateConfigError || error instanceof TlsError || error instanceof TlsConfigError) return true;
  return error instanceof Error && "syscall" in error;
}
