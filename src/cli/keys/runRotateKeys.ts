import { type CapabilityAlgorithm, MAX_KEYS, utcSeconds } from "../../identity/capability/readKeySet.ts";
import { EXIT_NOT_ROTATED, EXIT_OK } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { makeKey } from "./makeKey.ts";
import { nextStepText } from "./nextStepText.ts";
import { printKeys, reportedKeys } from "./printKeys.ts";
import { readKeySetFile } from "./readKeySetFile.ts";
import { type RotationResult, rotateKeySet } from "./rotateKeySet.ts";
import { writeKeySetFile } from "./writeKeySetFile.ts";

/** Options of `postern keys rotate`, as they are given. Durations are milliseconds. */
export interface RotateKeysOptions {
  readonly life: number;
  readonly grace: number;
  readonly algorithm?: CapabilityAlgorithm;
  readonly now?: boolean;
  readonly output: "text" | "json";
}

/** Rotates the set of a file. Resolves to the exit code. Throws `CliError` `unreadable-input`. */
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
  await writeKeySetFile(file, result.keys);
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
    return `is not rotated: a set has at most ${MAX_KEYS} keys, and each of these has capabilities; rotate after ${utcSeconds(result.readyMs)}`;
  const when =
    result.readyMs === undefined
      ? "it does not say since when its next key is known; rotate"
      : `its next key is younger than 10 minutes, and an instance may not have it; rotate after ${utcSeconds(result.readyMs)}, or`;
  return `is not rotated: ${when} with --now when you know that every instance has this set`;
}
