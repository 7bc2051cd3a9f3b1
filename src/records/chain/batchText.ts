import { canonicalJson } from "../canonicalJson.ts";
import type { SealedBatch } from "./sealBatch.ts";

/**
 * A batch as every store and export has it: JSON Lines, one line for each record in canonical JSON, and a last line
 * `{"batch":"JWS"}`. Each line ends with a newline.
 */
export function batchText({ records, signed }: Pick<SealedBatch, "records" | "signed">): string {
  return `${records.map(({ text }) => text).join("\n")}\n${canonicalJson({ batch: signed })}\n`;
}

/** The key of a batch in a store, below the cluster. Keys sort as the batches do. */
export function batchKey(batch: number): string {
  return `${String(batch).padStart(12, "0")}.jsonl`;
}
