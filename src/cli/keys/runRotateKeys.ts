import { realpath } from "node:fs/promises";
import { type CapabilityAlgorithm, MAX_KEYS, utcSeconds } from "../../identity/capability/readKeySet.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_NOT_ROTATED, EXIT_OK } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { writeFileAtomically } from "../terminal/writeFileAtomically.ts";
import { keySetText } from "./keySetText.ts";
import { makeKey } from "./makeKey.ts";
import { nextStepText } from "./nextStepText.ts";
import { printKeys, reportedKeys } from "./printKeys.ts";
import { readKeySetFile } from "./readKeySetFile.ts";
import { type RotationResult, rotateKeySet } from "./rotateKeySet.ts";
import { writeFault } from "./writeFault.ts";

/** Options of `postern keys rotate`, as they are given. Durations are milliseconds. */
export interface RotateKeysOptions {
  readonly life: number;
  readonly grace: number;
  readonly algorithm?: CapabilityAlgorithm;
  readonly now?: boolean;
  readonly output: "text" | "json";
}

/** Rotates the set of a file. Resolves to the exit code. Throws {@link CliError} `unreadable-input`. */
export async function runRotateKeys(
  { stdout, stderr }: Terminal,
  file: string,
  { life, grace, algorithm, now: isDeployed = false, output }: RotateKeysOptions,
  now: () => number = Date.now,
): Promise<number> {
  const keys = await readKeySetFile(file);
  const nowMs = now();
  const fresh = await makeKey(algorithm ?? keys[0].alg, nowMs);
  const result = rotateKeySet(keys, { nowMs, lifeMs: life, graceMs: grace, fresh, isDeployed });
  if (result.outcome === "too-early" || result.outcome === "full") {
    stderr.write(`postern: ${file}: ${refusal(result)}\n`);
    if (output === "json") stdout.write(`${JSON.stringify({ result: result.outcome, keys: reportedKeys(keys) })}\n`);
    return EXIT_NOT_ROTATED;
  }
  try {
    // The file of a link is replaced, and the link stays.
    await writeFileAtomically(await realpath(file), keySetText(result.keys), 0o600);
  } catch (error) {
    throw new CliError("unreadable-input", `${file}: ${writeFault(error)}`, error);
  }
  const reported = reportedKeys(result.keys, result.dropped);
  if (output === "json") stdout.write(`${JSON.stringify({ result: result.outcome, keys: reported })}\n`);
  else {
    if (result.outcome === "prepared")
      stdout.write("The set had no next key. It has one now, and the same key signs.\n");
    printKeys(stdout, reported);
    stdout.write(nextStepText(file, nowMs));
  }
  return EXIT_OK;
}

function refusal(result: Extract<RotationResult, { readonly outcome: "too-early" | "full" }>): string {
  if (result.outcome === "full")
    return `a set has at most ${MAX_KEYS} keys, and each has capabilities; rotate again after ${utcSeconds(result.readyMs)}`;
  const when =
    result.readyMs === undefined
      ? "does not say since when its next key is known"
      : `has a next key that may not be known everywhere before ${utcSeconds(result.readyMs)}`;
  return `${when}; --now rotates at once, when the set of the file is on every instance`;
}
