import { InvalidArgumentError, Option } from "commander";
import type { AddCommand } from "../../program.ts";
import { outputOption } from "../../terminal/sharedOptions.ts";
import type { RetainOptions } from "./runRetain.ts";

/** The longest retention of S3 Object Lock, see `parseKeepDays`. */
const MAX_DAYS = 36_500;

/** Adds `postern records retain`: ends the retention of old records without a gate. */
export const retainCommand: AddCommand = (records, terminal, done) => {
  records
    .command("retain")
    .description("end the retention of a store that no gate writes to")
    .argument("<source>", "store's folder, or s3://BUCKET/PREFIX with --table")
    .addOption(
      new Option("--keep-days <days>", "days to keep (default: POSTERN_RECORDS_KEEP_DAYS)").argParser(parseDays),
    )
    .option("--key <file>", "private key, JWK (default: POSTERN_RECORDS_KEY)")
    .option("--table <name>", "DynamoDB (default: POSTERN_RECORDS_TABLE)")
    .option("--cluster <name>", "only this cluster (default: all)")
    .option("--dry-run", "print what would be deleted, and change nothing")
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern records retain --dry-run --keep-days 400 /var/lib/postern

A signed checkpoint takes the place of old batches. A folder that a gate has
open is refused. In a bucket the lifecycle rule deletes the batches.
Exit codes: 0 done or nothing to do, 2 usage, or a store that cannot be used.`,
    )
    .action(async (source: string, options: RetainOptions) =>
      done(await (await import("./runRetain.ts")).runRetain(terminal, source, options)),
    );
};

function parseDays(text: string): string {
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > MAX_DAYS)
    throw new InvalidArgumentError(`expected a number of days from 1 to ${MAX_DAYS}`);
  return text;
}
