import { Option } from "commander";
import type { AddCommand } from "../../program.ts";
import { outputOption } from "../../terminal/sharedOptions.ts";
import { parseLines } from "../source/parsePosition.ts";
import { addFilterOptions } from "./filterOptions.ts";
import type { TailOptions } from "./runTail.ts";

/** Adds `postern records tail`: prints records as they are written. */
export const tailCommand: AddCommand = (records, terminal, done) => {
  const command = records
    .command("tail")
    .description("print records as they are written, until a signal")
    .argument("<source>", "store's folder, or JSON Lines file")
    .addOption(new Option("--lines <number>", "records to begin with").default(10).argParser(parseLines));
  addFilterOptions(command)
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern records tail --verdict denied /var/lib/postern

A bucket cannot be followed. Records are not verified.
Exit codes: 0 stopped, 2 usage, or a source that cannot be read.`,
    )
    .action(async (source: string, options: TailOptions) =>
      done(await (await import("./runTail.ts")).runTail(terminal, source, options)),
    );
};
