import * as z from "zod";

/** The version of the form of proofs. */
export const PROOF_VERSION = "records.postern.dev/v1";

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** That a record is in a batch that the gate signed. The public key is all that is needed to check it. */
export const inclusionProofSchema = z.strictObject({
  apiVersion: z.literal(PROOF_VERSION),
  kind: z.literal("InclusionProof"),
  /** The line of the record, as its store has it. */
  record: z.string(),
  /** The index of the record in its batch, from 0. */
  index: z.int().min(0),
  /** The number of records in the batch. */
  size: z.int().min(1),
  /** The hashes next to the way from the record to the root, in hex (RFC 6962, section 2.1.1). */
  path: z.array(hash).max(64),
  /** The compact JWS over the root of the batch. */
  batch: z.string(),
});

/** See {@link inclusionProofSchema}. */
export type InclusionProof = z.infer<typeof inclusionProofSchema>;
