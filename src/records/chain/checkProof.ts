import { type DecisionRecord, decisionRecordSchema } from "../decision/decisionSchema.ts";
import { parsedJson } from "../parsedJson.ts";
import { bytesOfHex, hexOf } from "../sha256.ts";
import { BATCH_TYPE, type BatchRoot, batchRootSchema } from "./BatchRoot.ts";
import { inclusionProofSchema } from "./InclusionProof.ts";
import { leafHash, rootOfPath } from "./merkleRoot.ts";
import { ProofError } from "./ProofError.ts";
import { openJws } from "./verify/openJws.ts";
import type { TrustedKeys } from "./verify/TrustedKeys.ts";

/** What a proof shows. */
export interface ProvenRecord {
  readonly record: DecisionRecord;
  /** The leaf hash of the record, in hex. */
  readonly leaf: string;
  readonly root: BatchRoot;
  /** The key that signed the batch. */
  readonly kid: string;
}

/** Checks a proof of `proveInclusion` with nothing but the public keys. Throws {@link ProofError} for one that does not hold. */
export async function checkProof(proof: unknown, keys: TrustedKeys): Promise<ProvenRecord> {
  const { data } = inclusionProofSchema.safeParse(proof);
  if (data === undefined) throw new ProofError("no-proof", "is not a proof of postern records prove");
  const { record: text, index, size, path, batch } = data;
  const { fault, kid, payload } = openJws(batch, BATCH_TYPE, keys);
  const { data: root } = batchRootSchema.safeParse(payload);
  if (fault === "unknown-key")
    throw new ProofError("wrong-signature", `signed with the key ${kid}, which is not trusted`);
  if (fault === "no-jws" || kid === undefined || root === undefined)
    throw new ProofError("wrong-signature", "the signed root of the batch cannot be read");
  if (fault !== undefined) throw new ProofError("wrong-signature", "the signature of the batch does not match");
  const leaf = await leafHash(text);
  const reached = await rootOfPath(leaf, { index, size }, path.map(bytesOfHex));
  if (size !== root.count || reached === undefined || hexOf(reached) !== root.root)
    throw new ProofError("wrong-root", "the record is not in the batch: its hash does not lead to the signed root");
  const { data: record } = decisionRecordSchema.safeParse(parsedJson(text));
  if (record === undefined) throw new ProofError("wrong-record", "the record is signed, but has an unknown form");
  if (record.decision.cluster !== root.cluster || record.seq !== root.first + index)
    throw new ProofError("wrong-record", "the record is signed as another one");
  return { record, leaf: hexOf(leaf), root, kid };
}
