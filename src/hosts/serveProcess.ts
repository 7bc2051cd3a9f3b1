import type { Gate } from "../gate/config/defineGate.ts";
import { GateConfigError } from "../gate/config/GateConfigError.ts";
import { RecordError } from "../records/RecordError.ts";
import { OtlpConfigError } from "../telemetry/otlp/OtlpConfigError.ts";
import { TlsConfigError } from "../tls/TlsConfigError.ts";
import { TlsError } from "../tls/TlsError.ts";
import { TrustError } from "../trust/TrustError.ts";
import { type ServeEnv, type ServeOptions, serveGate } from "./serveGate.ts";

/** As of the `postern` command: usage, input or environment. */
const EXIT_FAULT = 2;

/** Parts of a process that is only a gate. */
export interface ProcessOptions extends Pick<ServeOptions, "telemetry" | "asyncContext"> {
  /** Default: standard error. */
  readonly stderr?: { write(text: string): unknown };
}

/**
 * Serves a gate as a whole process, until SIGTERM or SIGINT. Resolves to the exit code of {@link serveGate}, or to 2 with
 * one line on standard error when settings, a certificate or the port cannot be used. Rejects for every other error: a
 * bug.
 */
export async function serveProcess(
  gate: Gate,
  env: ServeEnv,
  { stderr = process.stderr, ...options }: ProcessOptions = {},
): Promise<number> {
  try {
    return await serveGate(gate, env, undefined, { ...options, script: process.argv[1] });
  } catch (error) {
    if (!isFaultOfEnvironment(error)) throw error;
    stderr.write(`postern: ${error.message.replaceAll("\n", " ")}\n`);
    return EXIT_FAULT;
  }
}

/** Whether an error comes from settings, files or the system. An error of the system names its system call. */
function isFaultOfEnvironment(error: unknown): error is Error {
  const faults = [GateConfigError, OtlpConfigError, RecordError, TlsError, TlsConfigError, TrustError];
  return error instanceof Error && ("syscall" in error || faults.some((fault) => error instanceof fault));
}
