import { readFile } from "node:fs/promises";
import { TrustedKeys } from "../../../records/chain/verify/TrustedKeys.ts";
import { RecordError } from "../../../records/RecordError.ts";
import { CliError } from "../../terminal/CliError.ts";
import { readFault } from "../../terminal/readFault.ts";

/** Reads the public keys of `--key`. Throws {@link CliError} `unreadable-input`. */
export async function readKeys(file: string): Promise<TrustedKeys> {
  const text = await readFile(file, "utf8").catch((error: unknown): never => {
    throw new CliError("unreadable-input", `--key: ${file} ${readFault(error)}`, error);
  });
  try {
    return TrustedKeys.parse(text);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    throw new CliError("unreadable-input", `--key: ${file} ${error.message}`, error);
  }
}
