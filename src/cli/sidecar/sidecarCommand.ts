import { InvalidArgumentError, Option } from "commander";
import { RELOAD_SIGNALS } from "../../tls/sidecar/ReloadMethod.ts";
import type { AddCommand } from "../program.ts";
import { parsePort } from "../terminal/optionParsers.ts";
import type { SidecarArguments } from "./runSidecarCommand.ts";

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
  $ postern tls-sidecar --cert /etc/tls-main/tls.crt \\
      --key /etc/tls-main/tls.key \\
      --standby-cert /etc/tls-standby/tls.crt \\
      --standby-key /etc/tls-standby/tls.key \\
      --out /run/tls --reload-command 'nginx -s reload' --check 127.0.0.1:8443

Without --check, a reload without an error counts as done. SIGHUP reads the
files now, SIGUSR2 goes back to the previous certificate, SIGTERM stops. The
environment variables POSTERN_TLS_..., POSTERN_CA and POSTERN_RENEWING_FILE have
the same meaning as for postern serve.
Exit codes: 0 stopped, or written with --once; 2 usage, or no certificate to
start with.`,
    )
    .action(async (given: SidecarArguments) =>
      done(await (await import("./runSidecarCommand.ts")).runSidecarCommand(terminal, given)),
    );
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
