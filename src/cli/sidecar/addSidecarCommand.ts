import { InvalidArgumentError, Option } from "commander";
import { RELOAD_SIGNALS } from "../../tls/sidecar/ReloadWay.ts";
import type { AddCommands } from "../program.ts";
import { parsePort } from "../terminal/parsePort.ts";
import { type SidecarArguments, sidecarCommand } from "./sidecarCommand.ts";

/** The command `tls-sidecar`. */
export const addSidecarCommand: AddCommands = (program, terminal, done) => {
  program
    .command("tls-sidecar")
    .description(
      "keep the certificate of another server, which can only be told to reload: nginx, haproxy and the like",
    )
    .requiredOption("--cert <file>", "certificate chain in PEM, leaf first")
    .requiredOption("--key <file>", "its private key in PEM")
    .option("--standby-cert <file>", "a second certificate chain, for when the first cannot be served")
    .option("--standby-key <file>", "its private key")
    .option("--hosts <names>", "names and addresses, with commas between them, that a certificate has to be for")
    .requiredOption("--out <folder>", "where the server reads tls.crt and tls.key; both are replaced in one step")
    .addOption(new Option("--key-mode <mode>", "of tls.key").argParser(parseMode).default(0o600, "0600"))
    .option("--reload-command <command>", "run to have the server reload; no shell, quotes hold arguments together")
    .addOption(
      new Option("--reload-signal <signal>", "sent to have it reload").choices(RELOAD_SIGNALS).argParser(parseSignal),
    )
    .option("--pid-file <file>", "with --reload-signal: holds the number of the server's process")
    .option("--reload-url <url>", "POSTed to have it reload; of this machine (localhost, 127.0.0.1, [::1])")
    .option("--reload-timeout <seconds>", "how long any of these may take", parseSeconds, 30)
    .option("--check <host:port>", "shake hands there after each reload: the new certificate has to be served")
    .option("--check-host <name>", "with --check: the name to ask by (default: one of the certificate's)")
    .option("--check-timeout <seconds>", "how long a reload may take to be seen there", parseSeconds, 10)
    .option("--once", "write the pair and end, for an init container")
    .option("--metrics-port <number>", "serve /metrics, /healthz and /readyz there", parsePort)
    .addHelpText(
      "after",
      `
Example:
  $ postern tls-sidecar --cert /etc/tls-main/tls.crt --key /etc/tls-main/tls.key \\
      --standby-cert /etc/tls-standby/tls.crt --standby-key /etc/tls-standby/tls.key \\
      --out /run/tls --reload-command 'nginx -s reload' --check 127.0.0.1:8443

Without --check a reload that was told counts as done. SIGHUP looks now, SIGUSR2 goes back to the certificate
before; SIGTERM stops. The environment variables POSTERN_TLS_..., POSTERN_CA and POSTERN_RENEWING_FILE are
those of postern serve. Exit codes: 0 stopped, or written with --once; 2 usage, or nothing to begin with.`,
    )
    .action(async (given: SidecarArguments) => done(await sidecarCommand(terminal, given)));
};

function parseSignal(text: string): string {
  const name = /^SIG/i.test(text) ? text.toUpperCase() : `SIG${text.toUpperCase()}`;
  const signal = RELOAD_SIGNALS.find((it) => it === name);
  if (signal === undefined) throw new InvalidArgumentError(`expected ${RELOAD_SIGNALS.join(", ")}`);
  return signal;
}

/** A key that others may write is refused where it is read. */
function parseMode(text: string): number {
  const mode = Number.parseInt(text, 8);
  if (!/^0?[0-7]{3}$/.test(text) || (mode & 0o400) === 0 || (mode & 0o133) !== 0)
    throw new InvalidArgumentError(
      "expected a mode such as 0600, 0640 or 0440, which its owner may read and others may not write",
    );
  return mode;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || seconds < 0.1 || seconds > 600)
    throw new InvalidArgumentError("expected a number of seconds from 0.1 to 600");
  return seconds;
}
