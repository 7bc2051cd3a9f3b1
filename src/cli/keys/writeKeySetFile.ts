import { realpath } from "node:fs/promises";
import { CliError } from "../terminal/CliError.ts";
import { writeFileAtomically } from "../terminal/writeFileAtomically.ts";
import { keySetText } from "./keySetText.ts";
import type { KeySet } from "./rotateKeySet.ts";
import { writeFault } from "./writeFault.ts";

/** Replaces a file with a set of keys in one step, with mode 0600. Throws {@link CliError} `unreadable-input`. */
export async function writeKeySetFile(file: string, keys: KeySet): Promise<void> {
  try {
    // The file of a link is replaced, and the link stays.
    await writeFileAtomically(await realpath(file), keySetText(keys), 0o600);
  } catch (error) {
    throw new CliError("unreadable-input", `${file}: ${writeFault(error)}`, error);
  }
}
