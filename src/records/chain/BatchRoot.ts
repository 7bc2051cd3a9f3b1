import * as z from "zod/mini";

/** The `typ` of the JWS of a batch (RFC 7515, section 4.1.9). */
export const BATCH_TYPE = "postern-batch+jws";

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const count = z.int().check(z.minimum(0));

/** The signed statement about one batch: the payload of a compact JWS with EdDSA and the `kid` of the key. */
export const batchRootSchema = z.strictObject({
  cluster: z.string(),
  /** Counts the batches of the cluster, from 0. */
  batch: count,
  /** The `seq` of its first record. */
  first: count,
  /** The number of its records, at least 1. */
  count: z.int().check(z.minimum(1)),
  /** The root of the Merkle tree over its records, in hex. */
  root: hash,
  /** The leaf hash of its last record. */
  head: hash,
  /** The SHA-256 of the compact JWS of the batch before, in hex; 64 zeros for the first. */
  previous: hash,
  /** ISO 8601, by the clock of the store: the `at` of its records. */
  at: z.string(),
});

/** See {@link batchRootSchema}. */
export type BatchRoot = z.infer<typeof batchRootSchema>;
