import type { AddCommand } from "../program.ts";
import { parsePort } from "../terminal/optionParsers.ts";
import type { DevOptions } from "./runDev.ts";

/** Adds `postern dev`: runs a gate locally until SIGINT or SIGTERM. */
export const devCommand: AddCommand = (program, terminal, done) => {
  program
    .command("dev")
    .description("run a gate locally in the Workers runtime, over HTTPS with a local CA; rebuild on change")
    .option("--gate <file>", "file that exports the gate (default: functions/worker.ts and the gate that it imports)")
    .option("--port <number>", "port to listen on; 0 for a free one", parsePort, 8443)
    .addHelpText(
      "after",
      `
Example:
  $ postern dev --gate gate.ts --port 8443

The local CA is created once and kept in .postern/.
Exit codes: 0 stopped, 2 could not start.`,
    )
    .action(async (options: DevOptions) => done(await (await import("./runDev.ts")).runDev(terminal, options)));
};
