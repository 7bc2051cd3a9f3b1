import { stat } from "node:fs/promises";
import { CliError } from "../terminal/CliError.ts";
import { readFault } from "../terminal/readFault.ts";

/** Checks that the file of a gate is there. Throws {@link CliError} `bad-gate` for a folder and for no file, `usage` for an empty path. */
export async function checkGateFile(file: string): Promise<void> {
  if (file === "") throw new CliError("usage", "--gate: an empty path was given");
  const { isDirectory } = await stat(file).then(
    (stats) => ({ isDirectory: stats.isDirectory() }),
    (error: unknown): never => {
      throw new CliError("bad-gate", `${file}: ${readFault(error)}`, error);
    },
  );
  if (isDirectory) throw new CliError("bad-gate", `${file}: is a folder; name the file that exports the gate`);
}
