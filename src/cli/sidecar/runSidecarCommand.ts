import { isIP } from "node:net";
import { dirname, resolve } from "node:path";
import { jsonLog } from "../../telemetry/jsonLog.ts";
import { readTlsSettings } from "../../tls/readTlsEnv.ts";
import { RELOAD_SIGNALS, type ReloadMethod } from "../../tls/sidecar/ReloadMethod.ts";
import { runSidecar, type SidecarSettings } from "../../tls/sidecar/runSidecar.ts";
import { splitCommand } from "../../tls/sidecar/splitCommand.ts";
import { TlsConfigError } from "../../tls/TlsConfigError.ts";
import { TlsError } from "../../tls/TlsError.ts";
import { TrustError } from "../../trust/TrustError.ts";
import { CliError } from "../terminal/CliError.ts";
import { checkTogether } from "../terminal/checkTogether.ts";
import { listenError } from "../terminal/listenError.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { untilSignal } from "../terminal/untilSignal.ts";

/** Options of `postern tls-sidecar`, as they are given. */
export interface SidecarArguments {
  readonly cert: string;
  readonly key: string;
  readonly standbyCert?: string;
  readonly standbyKey?: string;
  readonly hosts?: string;
  readonly out: string;
  readonly keyMode: number;
  readonly reloadCommand?: string;
  readonly reloadSignal?: string;
  readonly pidFile?: string;
  readonly reloadUrl?: string;
  /** In seconds. */
  readonly reloadTimeout: number;
  readonly check?: string;
  readonly checkHost?: string;
  /** In seconds. */
  readonly checkTimeout: number;
  readonly once?: boolean;
  readonly metricsPort?: number;
}

/** Keeps the certificate of another server until a signal. Resolves to the exit code. Throws {@link CliError}. */
export async function runSidecarCommand(terminal: Terminal, given: SidecarArguments): Promise<number> {
  checkSidecarUsage(given);
  const { stdout } = terminal;
  try {
    return await runSidecar(settingsOf(terminal, given), {
      log: jsonLog((line) => stdout.write(`${line}\n`), Date.now),
      now: Date.now,
      fetch,
      stopped: () =>
        untilSignal(
          (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve("SIGTERM or SIGINT"))),
        ),
    });
  } catch (error) {
    if (error instanceof TlsError || error instanceof TrustError || error instanceof TlsConfigError)
      throw new CliError("cannot-serve", error.message, error);
    const { code, path } = error instanceof Error ? systemFacts(error) : {};
    if (path === undefined) throw listenError(error, given.metricsPort ?? 0, "--metrics-port");
    throw new CliError(
      "cannot-serve",
      `--out ${given.out}: cannot be written (${code}); check its permissions and the room on its disk`,
      error,
    );
  }
}

/** Checks combinations of options. Throws {@link CliError} `usage` with the change to make. */
function checkSidecarUsage(given: SidecarArguments): void {
  const usage = (message: string): CliError => new CliError("usage", message);
  checkTogether("--standby-cert", given.standbyCert, "--standby-key", given.standbyKey);
  checkTogether("--reload-signal", given.reloadSignal, "--pid-file", given.pidFile);
  const ways = [
    ["--reload-command", given.reloadCommand],
    ["--reload-signal", given.reloadSignal],
    ["--reload-url", given.reloadUrl],
  ].flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (given.once === true) {
    const others = [
      ...ways,
      ...(given.check === undefined ? [] : ["--check"]),
      ...(given.metricsPort === undefined ? [] : ["--metrics-port"]),
    ];
    if (others.length > 0) throw usage(`--once writes the pair and exits: leave out ${others.join(" and ")}`);
  } else if (ways.length === 0)
    throw usage(
      "name a way to reload: --reload-command, --reload-signal with --pid-file, or --reload-url (or --once, to write the pair and exit)",
    );
  if (ways.length > 1) throw usage(`${ways.join(" and ")} exclude each other: name one way to reload`);
  if (given.checkHost !== undefined && given.check === undefined) throw usage("--check-host needs --check HOST:PORT");
  const out = resolve(given.out);
  const source = [given.cert, given.key, given.standbyCert, given.standbyKey].find(
    (file) => file !== undefined && dirname(resolve(file)) === out,
  );
  if (source !== undefined) throw usage(`--out ${given.out}: contains ${source}; name a separate folder`);
}

function settingsOf({ env }: Terminal, given: SidecarArguments): SidecarSettings {
  const { check, checkHost, checkTimeout } = given;
  return {
    tls: readTlsSettings(given, env),
    out: given.out,
    keyMode: given.keyMode,
    reload: reloadMethodOf(given),
    reloadTimeoutMs: given.reloadTimeout * 1000,
    check: check === undefined ? undefined : { ...hostAndPort(check), name: checkHost, timeoutMs: checkTimeout * 1000 },
    once: given.once === true,
    metricsPort: given.metricsPort,
  };
}

function reloadMethodOf({
  reloadCommand,
  reloadSignal,
  pidFile,
  reloadUrl,
}: SidecarArguments): ReloadMethod | undefined {
  if (reloadCommand !== undefined) return { kind: "command", argv: splitCommand(reloadCommand, "--reload-command") };
  if (reloadUrl !== undefined) return { kind: "url", url: localUrl(reloadUrl) };
  const signal = RELOAD_SIGNALS.find((it) => it === reloadSignal);
  return signal === undefined || pidFile === undefined ? undefined : { kind: "signal", signal, pidFile };
}

/** Only loopback URLs, which containers of a Pod share: anyone who can reach the URL could reload the server. */
function localUrl(text: string): URL {
  const invalid = (words: string): CliError =>
    new CliError("usage", `--reload-url ${words}, such as http://127.0.0.1:9000/reload`);
  if (!URL.canParse(text)) throw invalid("expects a URL");
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) throw invalid("expects http or https");
  if (url.username !== "" || url.password !== "") throw invalid("accepts no user and password");
  if (!/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname))
    throw invalid("accepts only this machine: localhost, 127.0.0.1 or [::1]");
  return url;
}

function hostAndPort(text: string): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:/\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  const port = Number(digits);
  if (host === "" || (bracketed !== undefined && isIP(bracketed) !== 6) || port < 1 || port > 65_535)
    throw new CliError("usage", "--check expects HOST:PORT, such as 127.0.0.1:8443 or [::1]:8443");
  return { host, port };
}

function systemFacts(error: Error): { code?: unknown; path?: unknown } {
  return { code: "code" in error ? error.code : undefined, path: "path" in error ? error.path : undefined };
}
