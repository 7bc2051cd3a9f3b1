import { isIP } from "node:net";
import { dirname, resolve } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { jsonLog } from "../../telemetry/jsonLog.ts";
import { readTlsSettings } from "../../tls/readTlsEnv.ts";
import { RELOAD_SIGNALS, type ReloadMethod } from "../../tls/sidecar/ReloadMethod.ts";
import { runSidecar, type SidecarSettings } from "../../tls/sidecar/runSidecar.ts";
import { splitCommand } from "../../tls/sidecar/splitCommand.ts";
import { TlsConfigError } from "../../tls/TlsConfigError.ts";
import { TlsError } from "../../tls/TlsError.ts";
import { TrustError } from "../../trust/TrustError.ts";
import type { AddCommand } from "../program.ts";
import { CliError } from "../terminal/CliError.ts";
import { checkTogether } from "../terminal/checkTogether.ts";
import { listenError } from "../terminal/listenError.ts";
import { parsePort } from "../terminal/optionParsers.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { untilSignal } from "../terminal/untilSignal.ts";

interface SidecarArguments {
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

/** Adds `postern tls-sidecar`: keeps the certificate files of another server up to date until a signal. */
export const sidecarCommand: AddCommand = (program, terminal, done) => {
  program
    .command("tls-sidecar")
    .description("keep the certificate of another server up to date: one that can only reload, such as nginx")
    .requiredOption("--cert <file>", "certificate chain in PEM, leaf first")
    .requiredOption("--key <file>", "private key of the certificate, in PEM")
    .option("--standby-cert <file>", "second certificate chain, used when the first cannot be served")
    .option("--standby-key <file>", "private key of the second certificate")
    .option("--hosts <names>", "host names and addresses, separated by commas, that a certificate must be valid for")
    .requiredOption("--out <folder>", "folder where the server reads tls.crt and tls.key; both change in one step")
    .addOption(new Option("--key-mode <mode>", "file mode of tls.key").argParser(parseMode).default(0o600, "0600"))
    .option("--reload-command <command>", "command that reloads the server; no shell, quotes group arguments")
    .addOption(
      new Option("--reload-signal <signal>", "signal that reloads the server")
        .choices(RELOAD_SIGNALS)
        .argParser(parseSignal),
    )
    .option("--pid-file <file>", "with --reload-signal: file with the process ID of the server")
    .option("--reload-url <url>", "URL on this machine (localhost, 127.0.0.1, [::1]); a POST reloads the server")
    .option("--reload-timeout <seconds>", "time limit of a reload", parseTimeout, 30)
    .option(
      "--check <host:port>",
      "after each reload, require the new certificate in a TLS handshake with this address",
    )
    .option("--check-host <name>", "with --check: server name of the handshake (default: a name of the certificate)")
    .option("--check-timeout <seconds>", "time until the new certificate must be served", parseTimeout, 10)
    .option("--once", "write the pair and exit, for an init container")
    .option("--metrics-port <number>", "serve /metrics, /healthz and /readyz on this port", parsePort)
    .addHelpText(
      "after",
      `
Example:
  $ postern tls-sidecar --cert /etc/tls-main/tls.crt --key /etc/tls-main/tls.key \\
      --standby-cert /etc/tls-standby/tls.crt --standby-key /etc/tls-standby/tls.key \\
      --out /run/tls --reload-command 'nginx -s reload' --check 127.0.0.1:8443

Without --check, a reload without an error counts as done. SIGHUP reads the
files now, SIGUSR2 goes back to the previous certificate, SIGTERM stops. The
environment variables POSTERN_TLS_..., POSTERN_CA and POSTERN_RENEWING_FILE have
the same meaning as for postern serve.
Exit codes: 0 stopped, or written with --once; 2 usage, or no certificate to
start with.`,
    )
    .action(async (given: SidecarArguments) => done(await runSidecarCommand(terminal, given)));
};

function parseSignal(text: string): string {
  const name = /^SIG/i.test(text) ? text.toUpperCase() : `SIG${text.toUpperCase()}`;
  const signal = RELOAD_SIGNALS.find((it) => it === name);
  if (signal === undefined) throw new InvalidArgumentError(`expected ${RELOAD_SIGNALS.join(", ")}`);
  return signal;
}

/** Refuses a mode that lets others write the key: whoever reads it would refuse the file. */
function parseMode(text: string): number {
  const mode = Number.parseInt(text, 8);
  if (!/^0?[0-7]{3}$/.test(text) || (mode & 0o400) === 0 || (mode & 0o133) !== 0)
    throw new InvalidArgumentError(
      "expected a mode such as 0600, 0640 or 0440: readable by the owner, not writable by others",
    );
  return mode;
}

function parseTimeout(text: string): number {
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || seconds < 0.1 || seconds > 600)
    throw new InvalidArgumentError("expected a number of seconds from 0.1 to 600");
  return seconds;
}

/** Resolves to the exit code. Throws {@link CliError}. */
async function runSidecarCommand(terminal: Terminal, given: SidecarArguments): Promise<number> {
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
    throw new CliError("cannot-serve", `--out ${given.out}: cannot be written (${code})`, error);
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
