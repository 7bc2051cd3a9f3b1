import { EXIT_OK } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { printKeys, reportedKeys } from "./printKeys.ts";
import { readKeySetFile } from "./readKeySetFile.ts";

/** Lists the keys of a file, without a private part. Resolves to the exit code. Throws `CliError` `unreadable-input`. */
export async function runListKeys({ stdout }: Terminal, file: string, output: "text" | "json"): Promise<number> {
  const keys = reportedKeys(await readKeySetFile(file));
  if (output === "json") stdout.write(`${JSON.stringify({ keys })}\n`);
  else printKeys(stdout, keys);
  return EXIT_OK;
}
