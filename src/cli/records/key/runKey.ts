import { writeFile } from "node:fs/promises";
import { CliError } from "../../terminal/CliError.ts";
import { EXIT_OK } from "../../terminal/exitCode.ts";
import { readFault } from "../../terminal/readFault.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { newRecordsKey } from "./newRecordsKey.ts";

/** Makes a key pair. Resolves to the exit code. Throws {@link CliError} `unreadable-input` for a file that cannot be written. */
export async function runKey({ stdout }: Terminal, file: string): Promise<number> {
  const { privateJwk, publicJwks } = await newRecordsKey();
  try {
    await writeFile(file, `${privateJwk}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new CliError("unreadable-input", `${file}: ${writeFault(error)}`, error);
  }
  stdout.write(`${publicJwks}\n`);
  return EXIT_OK;
}

function writeFault(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EEXIST") return "exists already, and a key is never overwritten; name another file";
  return code === "ENOENT" ? "cannot be written: its folder does not exist" : readFault(error);
}
