import { isIP } from "node:net";
import { dirname, resolve } from "node:path";
import { jsonLog } from "../../telemetry/jsonLog.ts";
import { RELOAD_SIGNALS, type ReloadWay } from "../../tls/sidecar/ReloadWay.ts";
import { runSidecar } from "../../tls/sidecar/runSidecar.ts";
import type { SidecarOptions } from "../../tls/sidecar/SidecarOptions.ts";
import { splitCommand } from "../../tls/sidecar/splitCommand.ts";
import { TlsConfigError } from "../../tls/TlsConfigError.ts";
import { TlsError } from "../../tls/TlsError.ts";
import { TrustError } from "../../trust/TrustError.ts";
import { CliError } from "../terminal/CliError.ts";
import { checkTogether } from "../terminal/checkTogether.ts";
import { systemFault } from "../terminal/systemFault.ts";
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

/** Keeps the certificate of another server until SIGTERM or SIGINT. Resolves to the exit code; throws {@link CliError}. */
export async function sidecarCommand(terminal: Terminal, given: SidecarArguments): Promise<number> {
  checkSidecarUsage(given);
  const { stdout } = terminal;
  try {
    return await runSidecar(optionsOf(terminal, given), {
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
    if (path === undefined) throw systemFault(error, given.metricsPort ?? 0, "--metrics-port");
    throw new CliError("cannot-serve", `--out ${given.out}: cannot be written (${code})`, error);
  }
}

/** Whether options of `postern tls-sidecar` go together. Throws {@link CliError}, a usage fault that says what to change. */
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
    if (others.length > 0) throw usage(`--once writes the pair and ends: leave ${others.join(" and ")} out`);
  } else if (ways.length === 0)
    throw usage(
      "say how the server is told to reload: --reload-command, --reload-signal with --pid-file, or --reload-url (or --once, to write the pair and end)",
    );
  if (ways.length > 1) throw usage(`${ways.join(" and ")} do not go together: name one way to reload`);
  if (given.checkHost !== undefined && given.check === undefined)
    throw usage("--check-host goes with --check HOST:PORT");
  const out = resolve(given.out);
  const source = [given.cert, given.key, given.standbyCert, given.standbyKey].find(
    (file) => file !== undefined && dirname(resolve(file)) === out,
  );
  if (source !== undefined) throw usage(`--out ${given.out}: ${source} lies there; name a folder of its own`);
}

function optionsOf({ env }: Terminal, given: SidecarArguments): SidecarOptions {
  const { cert, key, standbyCert, standbyKey, hosts, check, checkHost, checkTimeout } = given;
  return {
    env: {
      ...env,
      POSTERN_CERT: cert,
      POSTERN_KEY: key,
      ...(standbyCert === undefined ? {} : { POSTERN_STANDBY_CERT: standbyCert, POSTERN_STANDBY_KEY: standbyKey }),
      ...(hosts === undefined ? {} : { POSTERN_TLS_HOSTS: hosts }),
    },
    out: given.out,
    keyMode: given.keyMode,
    way: wayOf(given),
    reloadTimeoutMs: given.reloadTimeout * 1000,
    check: check === undefined ? undefined : { ...hostAndPort(check), name: checkHost, withinMs: checkTimeout * 1000 },
    once: given.once === true,
    metricsPort: given.metricsPort,
  };
}

function wayOf({ reloadCommand, reloadSignal, pidFile, reloadUrl }: SidecarArguments): ReloadWay | undefined {
  if (reloadCommand !== undefined) return { kind: "command", argv: splitCommand(reloadCommand, "--reload-command") };
  if (reloadUrl !== undefined) return { kind: "url", url: localUrl(reloadUrl) };
  const signal = RELOAD_SIGNALS.find((it) => it === reloadSignal);
  return signal === undefined || pidFile === undefined ? undefined : { kind: "signal", signal, pidFile };
}

/** A reload is for who shares a network with the server, as containers of a Pod do: whoever can call it can have it reload. */
function localUrl(text: string): URL {
  const refused = (words: string): CliError =>
    new CliError("usage", `--reload-url ${words}, such as http://127.0.0.1:9000/reload`);
  if (!URL.canParse(text)) throw refused("expects a URL");
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) throw refused("expects http or https");
  if (url.username !== "" || url.password !== "") throw refused("takes no user and password");
  if (!/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname))
    throw refused("goes to this machine alone: localhost, 127.0.0.1 or [::1]");
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
