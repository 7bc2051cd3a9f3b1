import type { AddCommand } from "../../program.ts";
import type { ProveOptions } from "./runProve.ts";

/** Adds `postern records prove`: prints proofs that a review is on record. */
export const proveCommand: AddCommand = (records, terminal, done) => {
  records
    .command("prove")
    .description("print a proof of each record of a review, to check with the public key only")
    .argument("<uid>", "uid of the AdmissionReview")
    .argument("<source>", "store's folder, JSON Lines file, -, s3://BUCKET/PREFIX")
    .option("--cluster <name>", "only this cluster (default: all)")
    .addHelpText(
      "after",
      `
Example:
  $ postern records prove 705ab4f5-6393-11e8-b7cc-42010a800002 records.jsonl |
      postern records check --key records.jwks -

Each proof is one line of JSON: the record, its place in the batch, the hashes
up to the root of the batch, and the signed root. See postern records check.
Exit codes: 0 printed, 1 no record has this uid, 2 usage, or a source that
cannot be read.`,
    )
    .action(async (uid: string, source: string, options: ProveOptions) =>
      done(await (await import("./runProve.ts")).runProve(terminal, { uid, source, ...options })),
    );
};
