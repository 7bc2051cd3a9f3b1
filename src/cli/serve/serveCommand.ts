import type { AddCommand } from "../program.ts";
import { parsePort } from "../terminal/optionParsers.ts";
import type { ServeOptions } from "./runServe.ts";

/** Adds `postern serve`: serves a gate from this process until a signal. */
export const serveCommand: AddCommand = (program, terminal, done) => {
  program
    .command("serve")
    .description("serve a gate from Node: HTTPS with h2 and http/1.1, or plain HTTP behind an edge")
    .requiredOption("--gate <file>", "file that exports the gate")
    .option("--port <number>", "port to listen on; 0 for a free one", parsePort, 8443)
    .option("--host <address>", "address to listen on (default: all)")
    .option("--cert <file>", "certificate chain in PEM, leaf first")
    .option("--key <file>", "private key of the certificate, in PEM")
    .option("--standby-cert <file>", "second certificate chain, used when the first cannot be served")
    .option("--standby-key <file>", "private key of the second certificate")
    .addHelpText(
      "after",
      `
Example:
  $ postern serve --gate gate.ts --port 8443 --cert tls.crt --key tls.key

Certificates are reloaded when their files change. SIGHUP reloads them now,
SIGUSR2 goes back to the previous certificate, SIGTERM finishes open calls and
stops.
Exit codes: 0 stopped, 1 open calls were cut off, 2 could not start.`,
    )
    .action(async (options: ServeOptions) => done(await (await import("./runServe.ts")).runServe(terminal, options)));
};
