import type { AddCommand } from "../../program.ts";

/** Adds `postern records key`: makes a key pair that signs records. */
export const keyCommand: AddCommand = (records, terminal, done) => {
  records
    .command("key")
    .description("make an Ed25519 key pair that signs records")
    .argument("<file>", "new file for the private key (JWK, mode 0600)")
    .addHelpText(
      "after",
      `
Example:
  $ postern records key records.key.json > records.jwks

The public keys go to standard output (JWKS): keep them where a writer of the
store cannot change them. An existing file is never overwritten.
Exit codes: 0 made, 2 usage, or a file that cannot be written.`,
    )
    .action(async (file: string) => done(await (await import("./runKey.ts")).runKey(terminal, file)));
};
