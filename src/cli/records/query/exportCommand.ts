import { Option } from "commander";
import type { AddCommand } from "../../program.ts";
import { addFilterOptions, addTimeOptions } from "./filterOptions.ts";
import type { ExportOptions } from "./runExport.ts";

/** Adds `postern records export`: hands records to another system. */
export const exportCommand: AddCommand = (records, terminal, done) => {
  const command = records
    .command("export")
    .description("print records for another system")
    .argument("<source>", "store's folder, JSON Lines file, -, s3://BUCKET/PREFIX")
    .addOption(
      new Option("--format <format>", "jsonl to verify, csv, ocsf: OCSF 1.5.0")
        .choices(["jsonl", "csv", "ocsf"])
        .default("jsonl"),
    );
  addTimeOptions(addFilterOptions(command)).addHelpText(
    "after",
    `
Example:
  $ postern records export --format ocsf --from 2026-01-31 /var/lib/postern

jsonl is the chain of one cluster, in whole batches with their signed roots.
Exit codes: 0 printed, 1 a line is no record, 2 usage or an unreadable source.`,
  );
  command.action(async (source: string, options: ExportOptions) =>
    done(await (await import("./runExport.ts")).runExport(terminal, source, options)),
  );
};
