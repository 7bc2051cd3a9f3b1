import type { AddCommand } from "../program.ts";
import { outputOption } from "../terminal/sharedOptions.ts";
import type { AnnounceOptions } from "./runAnnounce.ts";

/** Adds `postern announce`: signs and publishes which URL and roots come next. */
export const announceCommand: AddCommand = (program, terminal, done) => {
  program
    .command("announce")
    .description("ask the provider which URL and roots come next, and publish the signed answer for every sync")
    .requiredOption("--config <file>", "config of the announcement (YAML)")
    .option("--dry-run", "print what would be announced; publish nothing")
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern announce --config announce.yaml --dry-run

Run this more often than announcements expire (1 h at most), for example every
15 minutes. Exit codes: 0 published, 1 the provider or the place did not answer
(the published announcement stays), 2 usage or config.`,
    )
    .action(async (options: AnnounceOptions) =>
      done(await (await import("./runAnnounce.ts")).runAnnounce(terminal, options)),
    );
};
