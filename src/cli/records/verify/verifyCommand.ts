import { Option } from "commander";
import type { AddCommand } from "../../program.ts";
import { outputOption } from "../../terminal/sharedOptions.ts";
import { parseHead, parsePosition } from "../source/parsePosition.ts";
import type { VerifyCommandOptions } from "./runVerify.ts";

/** Adds `postern records verify`: finds what was changed in a store. */
export const verifyCommand: AddCommand = (records, terminal, done) => {
  records
    .command("verify")
    .description("find any change, gap, reorder, truncation, foreign key or wrong signature")
    .argument("<source>", "store's folder, JSON Lines file, -, s3://BUCKET/PREFIX")
    .requiredOption("--key <file>", "public keys: a JWKS or a JWK")
    .option("--cluster <name>", "only this cluster (default: all)")
    .addOption(new Option("--from <position>", "first record, or a time").argParser(parsePosition))
    .addOption(new Option("--to <position>", "last record, or a time").argParser(parsePosition))
    .addOption(new Option("--head <seq:leaf>", "a head noted elsewhere must be there").argParser(parseHead))
    .option("--receipts <file>", "audit log of the API server: its receipts must be there")
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern records verify --key records.jwks /var/lib/postern

Deletion at the end of all stores is found only with --head or --receipts.
Exit codes: 0 no findings, 1 findings, 2 usage, or a source that cannot be read.`,
    )
    .action(async (source: string, options: VerifyCommandOptions) =>
      done(await (await import("./runVerify.ts")).runVerify(terminal, source, options)),
    );
};
