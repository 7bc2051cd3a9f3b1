import { isRecordThread } from "../../hosts/records/recordThreadData.ts";
import { serveGate } from "../../hosts/serveGate.ts";
import { nodeTelemetry } from "../../hosts/telemetry/nodeTelemetry.ts";
import { isJudgeThread } from "../../hosts/thread/judgeThreadData.ts";
import { RecordError } from "../../records/RecordError.ts";
import { OtlpConfigError } from "../../telemetry/otlp/OtlpConfigError.ts";
import { readTlsSettings } from "../../tls/readTlsEnv.ts";
import { TlsConfigError } from "../../tls/TlsConfigError.ts";
import { TlsError } from "../../tls/TlsError.ts";
import type { TlsSettings } from "../../tls/TlsSettings.ts";
import { TrustError } from "../../trust/TrustError.ts";
import { loadGate } from "../gate/loadGate.ts";
import { CliError } from "../terminal/CliError.ts";
import { checkTogether } from "../terminal/checkTogether.ts";
import { listenError } from "../terminal/listenError.ts";
import type { Terminal } from "../terminal/Terminal.ts";

/** Options of `postern serve`, as they are given. */
export interface ServeOptions {
  readonly gate: string;
  readonly port: number;
  readonly host?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly standbyCert?: string;
  readonly standbyKey?: string;
}

/** Serves a gate until a signal. Resolves to the exit code. Throws {@link CliError}. */
export async function runServe(terminal: Terminal, options: ServeOptions): Promise<number> {
  const { gate: file, port, host, cert, key, standbyCert, standbyKey } = options;
  checkTogether("--cert", cert, "--key", key);
  checkTogether("--standby-cert", standbyCert, "--standby-key", standbyKey);
  checkStandby(options, terminal.env);
  const gate = await loadGate(file);
  if (cert === undefined && !isJudgeThread() && !isRecordThread())
    terminal.stderr.write(
      "postern: serving plain HTTP, for an edge that terminates TLS; the API server itself needs HTTPS (--cert, --key)\n",
    );
  try {
    return await serveGate(
      gate,
      terminal.env,
      { port, hostname: host, tls: tlsOf(options, terminal.env) },
      { script: process.argv[1], telemetry: nodeTelemetry },
    );
  } catch (error) {
    if (isFault(error)) throw new CliError("cannot-serve", error.message, error);
    const taken = error instanceof Error && "port" in error && typeof error.port === "number" ? error.port : port;
    throw listenError(error, taken, taken === port ? "--port" : "POSTERN_METRICS_PORT");
  }
}

/** Whether an error comes from a certificate or a setting. */
function isFault(error: unknown): error is Error {
  const faults = [RecordError, TlsError, TrustError, TlsConfigError, OtlpConfigError];
  return faults.some((fault) => error instanceof fault);
}

/** Throws {@link CliError} for a standby pair, from the options or the environment, without a main pair. */
function checkStandby({ cert, standbyCert }: ServeOptions, env: Terminal["env"]): void {
  if (cert !== undefined) return;
  const { POSTERN_STANDBY_CERT, POSTERN_STANDBY_KEY } = env;
  const given = { "--standby-cert": standbyCert, POSTERN_STANDBY_CERT, POSTERN_STANDBY_KEY };
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) throw new CliError("usage", `${name} needs a main certificate, --cert`);
}

/**
 * Settings of the serving certificate; undefined without one. Its main pair comes only from the options; the environment
 * completes the rest. Throws {@link TlsConfigError}.
 */
function tlsOf(options: ServeOptions, env: Terminal["env"]): TlsSettings | undefined {
  const { cert, key } = options;
  return cert === undefined || key === undefined ? undefined : readTlsSettings({ ...options, cert, key }, env);
}
