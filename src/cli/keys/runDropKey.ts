import { CliError } from "../terminal/CliError.ts";
import { EXIT_NOT_ROTATED, EXIT_OK } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { dropKey } from "./dropKey.ts";
import { makeKey } from "./makeKey.ts";
import { nextStepText } from "./nextStepText.ts";
import { printKeys, reportedKeys } from "./printKeys.ts";
import { readKeySetFile } from "./readKeySetFile.ts";
import { writeKeySetFile } from "./writeKeySetFile.ts";

/** What `postern keys drop` is given. */
export interface DropKeyOptions {
  readonly file: string;
  readonly kid: string;
  readonly output: "text" | "json";
}

/**
 * Drops a key from the set of a file. Resolves to the exit code. Throws {@link CliError} `unreadable-input`, and `usage` for a key that
 * the set does not have. It does not repeat the id: a private part may have been taken for one.
 */
export async function runDropKey(
  { stdout, stderr }: Terminal,
  { file, kid, output }: DropKeyOptions,
  now: () => number = Date.now,
): Promise<number> {
  const keys = await readKeySetFile(file);
  const nowMs = now();
  const result = dropKey(keys, { kid, nowMs, fresh: await makeKey(keys[0].alg, nowMs) });
  if (result.outcome === "unknown")
    throw new CliError(
      "usage",
      `${file}: has no key of this id; the first column of \`postern keys list\` has the ids`,
    );
  if (result.outcome === "last") {
    stderr.write(
      `postern: ${file}: is not changed: no other key of it can sign; make a new set with \`postern keys new\`, which refuses all capabilities\n`,
    );
    if (output === "json") stdout.write(`${JSON.stringify({ result: "last", keys: reportedKeys(keys) })}\n`);
    return EXIT_NOT_ROTATED;
  }
  await writeKeySetFile(file, result.keys);
  if (output === "json") {
    const reported = reportedKeys(result.keys, [result.dropped]);
    stdout.write(`${JSON.stringify({ result: "dropped", keys: reported })}\n`);
    return EXIT_OK;
  }
  stdout.write(`${result.dropped.kid} is dropped. An instance with the new set refuses its capabilities at once.
Calls with them get 401 until the sync of the cluster has written another one,
which it does at its next run: set it everywhere now, and run the syncs.

`);
  printKeys(stdout, reportedKeys(result.keys));
  stdout.write(nextStepText(file, nowMs));
  return EXIT_OK;
}
