import * as z from "zod/mini";
import { canonicalJson } from "../canonicalJson.ts";
import type { ChainHead } from "./ChainHead.ts";
import type { RecordSigner } from "./RecordSigner.ts";

/** The `typ` of the JWS of a checkpoint (RFC 7515, section 4.1.9). */
export const CHECKPOINT_TYPE = "postern-checkpoint+jws";

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const count = z.int().check(z.minimum(0));

/** The signed statement that the batches before one may be gone, because their retention has ended. The chain is verified from here. */
export const checkpointSchema = z.strictObject({
  cluster: z.string(),
  /** The first batch that is kept. */
  batch: count,
  /** The `seq` of its first record. */
  seq: count,
  /** The leaf hash of the last record before it. */
  prev: hash,
  /** The SHA-256 of the signed root of the batch before it. */
  previousBatch: hash,
  /** ISO 8601: the time of the batch before it. */
  lastAt: z.string(),
  /** ISO 8601: when the checkpoint was made, by the clock of the store. */
  at: z.string(),
});

/** See {@link checkpointSchema}. */
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** A checkpoint at a head: the batches before it may be deleted. Returns the line that a store and an export have: `{"checkpoint":"JWS"}` with a newline. */
export async function checkpointText(
  cluster: string,
  head: ChainHead,
  { signer, nowMs }: { readonly signer: RecordSigner; readonly nowMs: number },
): Promise<string> {
  const { batch, seq, prev, previousBatch, at } = head;
  const checkpoint: Checkpoint = {
    cluster,
    batch,
    seq,
    prev,
    previousBatch,
    lastAt: new Date(at).toISOString(),
    at: new Date(Math.max(at, nowMs)).toISOString(),
  };
  return `${canonicalJson({ checkpoint: await signer.sign(CHECKPOINT_TYPE, canonicalJson(checkpoint)) })}\n`;
}

/** The key of a checkpoint in a store, below the cluster. `~` sorts after the digits of batches. */
export function checkpointKey(batch: number): string {
  return `~checkpoint-${String(batch).padStart(12, "0")}.json`;
}
