import { canonicalJson } from "../canonicalJson.ts";
import type { Decision, DecisionRecord } from "../decision/decisionSchema.ts";
import { hexOf, sha256 } from "../sha256.ts";
import { BATCH_TYPE, type BatchRoot } from "./BatchRoot.ts";
import type { ChainHead } from "./ChainHead.ts";
import { leafHash, merkleRoot } from "./merkleRoot.ts";
import type { RecordSigner } from "./RecordSigner.ts";

/** A decision that goes into the next batch. */
export interface NewDecision {
  readonly decision: Decision;
  /** See `DecisionRecord.repeats`. */
  readonly repeats?: DecisionRecord["repeats"] | undefined;
}

/** One record of a sealed batch. */
export interface SealedRecord {
  /** Its canonical JSON. */
  readonly text: string;
  /** Its leaf hash, in hex. */
  readonly leaf: string;
  readonly seq: number;
  readonly decision: Decision;
}

/** Records with a signed root. */
export interface SealedBatch {
  readonly cluster: string;
  /** The number of the batch. */
  readonly batch: number;
  readonly records: readonly SealedRecord[];
  /** The compact JWS over the {@link BatchRoot}. */
  readonly signed: string;
  /** The end of the chain with this batch. */
  readonly head: ChainHead;
}

/**
 * Chains decisions to the head, and signs the Merkle root over them. `nowMs` is the clock of the store in milliseconds
 * since 1970; where it went back, the batch has the time of the one before. Rejects for an empty list.
 */
export async function sealBatch(
  cluster: string,
  head: ChainHead,
  decisions: readonly NewDecision[],
  { signer, nowMs }: { readonly signer: RecordSigner; readonly nowMs: number },
): Promise<SealedBatch> {
  const atMs = Math.max(head.at, Math.trunc(nowMs));
  const at = new Date(atMs).toISOString();
  const records: SealedRecord[] = [];
  const leaves: Uint8Array<ArrayBuffer>[] = [];
  let { prev, seq } = head;
  for (const { decision, repeats } of decisions) {
    const record: DecisionRecord = { seq, prev, at, ...(repeats === undefined ? {} : { repeats }), decision };
    const text = canonicalJson(record);
    const leaf = await leafHash(text);
    leaves.push(leaf);
    prev = hexOf(leaf);
    records.push({ text, leaf: prev, seq, decision });
    seq += 1;
  }
  const root: BatchRoot = {
    cluster,
    batch: head.batch,
    first: head.seq,
    count: records.length,
    root: hexOf(await merkleRoot(leaves)),
    head: prev,
    previous: head.previousBatch,
    at,
  };
  const signed = await signer.sign(BATCH_TYPE, canonicalJson(root));
  const previousBatch = hexOf(await sha256(signed));
  return {
    cluster,
    batch: head.batch,
    records,
    signed,
    head: { batch: head.batch + 1, seq, prev, previousBatch, at: atMs },
  };
}
