import type { AddCommand } from "../../program.ts";
import { outputOption } from "../../terminal/sharedOptions.ts";
import { addFilterOptions, addTimeOptions } from "./filterOptions.ts";
import type { QueryOptions } from "./runQuery.ts";

/** Adds `postern records query`: prints the records that fit. */
export const queryCommand: AddCommand = (records, terminal, done) => {
  const command = records
    .command("query")
    .description("print the records that fit all options, unverified")
    .argument("<source>", "store's folder, JSON Lines file, -, s3://BUCKET/PREFIX");
  addTimeOptions(addFilterOptions(command))
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern records query --verdict denied --from 2026-01-31 /var/lib/postern

JSON output is the lines of the records, as the store has them.
Exit codes: 0 printed, 1 a line is no record, 2 usage or an unreadable source.`,
    )
    .action(async (source: string, options: QueryOptions) =>
      done(await (await import("./runQuery.ts")).runQuery(terminal, source, options)),
    );
};
