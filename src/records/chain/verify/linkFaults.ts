import { hash } from "node:crypto";
import type { BatchRoot } from "../BatchRoot.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { ChainEnd } from "./ChainEnd.ts";
import type { ChainEntry } from "./ChainEntry.ts";
import type { ChainFinding } from "./Findings.ts";

/** The SHA-256 of a text in UTF-8, in hex. */
export function sha256Of(text: string): string {
  return hash("sha256", text, "hex");
}

/** Whether a batch follows the one before: numbers, hashes and times. `entry` is its first record. */
export function linkFaults(
  entry: ChainEntry | undefined,
  root: BatchRoot,
  {
    end,
    checkpoint,
    where,
  }: { readonly end: ChainEnd; readonly checkpoint: Checkpoint | undefined; readonly where: string },
): readonly ChainFinding[] {
  const { batch, first, previous, at } = root;
  const findings: ChainFinding[] = [];
  const add = (code: ChainFinding["code"], message: string, place = where): unknown =>
    findings.push({ code, where: place, batch, seq: first, message });
  if (end.previousBatch !== undefined && previous !== end.previousBatch)
    add("broken-link", `batch ${batch} follows another batch ${batch - 1} than the one before it`);
  if (end.seq !== undefined && first !== end.seq)
    add("broken-link", `batch ${batch} begins with record ${first}, not with record ${end.seq}`);
  if (end.prev !== undefined && entry?.seq === first && entry.prev !== undefined && entry.prev !== end.prev)
    add("broken-link", `record ${first} follows another record than the one before it`, entry.where);
  if (at < end.at)
    add("wrong-time", `batch ${batch} has the time ${at}, before that of the batch before it, ${end.at}`);
  if (checkpoint !== undefined && !fits(checkpoint, root, end))
    add("wrong-checkpoint", `the checkpoint for batch ${batch} names another record or batch before it`);
  return findings;
}

function fits({ seq, prev, previousBatch, lastAt }: Checkpoint, root: BatchRoot, end: ChainEnd): boolean {
  return (
    seq === root.first &&
    previousBatch === root.previous &&
    lastAt <= root.at &&
    (end.prev === undefined || prev === end.prev)
  );
}
