import { writeFile } from "node:fs/promises";
import type { CapabilityAlgorithm } from "../../identity/capability/readKeySet.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { keySetText } from "./keySetText.ts";
import { makeKey } from "./makeKey.ts";
import { nextStepText } from "./nextStepText.ts";
import { printKeys, reportedKeys } from "./printKeys.ts";
import { writeFault } from "./writeFault.ts";

/** Options of `postern keys new`, as they are given. */
export interface NewKeysOptions {
  readonly algorithm: CapabilityAlgorithm;
  readonly out?: string;
  readonly output: "text" | "json";
}

/**
 * Makes a set of two keys: one signs, one is next. Without `--out` the set goes to standard output, and the report to
 * standard error. Resolves to the exit code. Throws {@link CliError} `unreadable-input` for a file that cannot be written.
 */
export async function runNewKeys(
  { stdout, stderr }: Terminal,
  { algorithm, out, output }: NewKeysOptions,
  now: () => number = Date.now,
): Promise<number> {
  const nowMs = now();
  const keys = [await makeKey(algorithm, nowMs), await makeKey(algorithm, nowMs)];
  const text = keySetText(keys);
  if (out === undefined) stdout.write(text);
  else
    await writeFile(out, text, { mode: 0o600, flag: "wx" }).catch((error: unknown): never => {
      throw new CliError("unreadable-input", `${out}: ${writeFault(error)}`, error);
    });
  const report = out === undefined ? stderr : stdout;
  const reported = reportedKeys(keys);
  if (output === "json") report.write(`${JSON.stringify({ result: "made", keys: reported })}\n`);
  else {
    printKeys(report, reported);
    report.write(nextStepText(out, nowMs));
  }
  return EXIT_OK;
}
