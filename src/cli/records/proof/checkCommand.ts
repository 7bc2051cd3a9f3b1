import type { AddCommand } from "../../program.ts";
import { outputOption } from "../../terminal/sharedOptions.ts";
import type { CheckOptions } from "./runCheck.ts";

/** Adds `postern records check`: checks proofs with nothing but the public key. */
export const checkCommand: AddCommand = (records, terminal, done) => {
  records
    .command("check")
    .description("check proofs of postern records prove with nothing but the public key")
    .argument("<proof>", "file with proofs, or - for standard input")
    .requiredOption("--key <file>", "public keys: a JWKS or a JWK")
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern records check --key records.jwks proof.json

A proof that holds shows that the gate signed a batch with exactly this record.
JSON output is one line for each proof: {result, record, leaf, batch, kid}, or
{result, code, message} for one that does not hold.
Exit codes: 0 all hold, 1 one does not hold, 2 usage, or a file that cannot be
read.`,
    )
    .action(async (proof: string, options: CheckOptions) =>
      done(await (await import("./runCheck.ts")).runCheck(terminal, proof, options)),
    );
};
