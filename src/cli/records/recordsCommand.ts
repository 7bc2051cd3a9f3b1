import type { AddCommand } from "../program.ts";
import { keyCommand } from "./key/keyCommand.ts";
import { checkCommand } from "./proof/checkCommand.ts";
import { proveCommand } from "./proof/proveCommand.ts";
import { exportCommand } from "./query/exportCommand.ts";
import { queryCommand } from "./query/queryCommand.ts";
import { tailCommand } from "./query/tailCommand.ts";
import { retainCommand } from "./retain/retainCommand.ts";
import { verifyCommand } from "./verify/verifyCommand.ts";

/** Adds `postern records`: verifies, proves, reads and exports decision records. */
export const recordsCommand: AddCommand = (program, terminal, done) => {
  const records = program
    .command("records")
    .description("verify, prove, query and export decision records")
    .addHelpText(
      "after",
      `
Example:
  $ postern records verify --key records.jwks /var/lib/postern

Exit codes: 0 success, 1 findings, 2 usage, or input that cannot be read.`,
    );
  const verifying = [verifyCommand, proveCommand, checkCommand];
  const reading = [queryCommand, exportCommand, tailCommand];
  for (const add of [...verifying, ...reading, retainCommand, keyCommand]) add(records, terminal, done);
};
