import type { ChainHead } from "../chain/ChainHead.ts";
import type { SealedBatch } from "../chain/sealBatch.ts";

/**
 * What makes a decision one decision: the uid of the review with the path that was called, the digest of the request, and
 * the hash of the verdict. The API server calls several webhooks with one uid, and calls each again when a call failed.
 */
export interface DecisionKey {
  /** The SHA-256 of the uid and the path below the cluster, in hex: a uid can be longer than what a store takes as a key. */
  readonly call: string;
  /** `Decision.request.digest`. */
  readonly digest: string;
  /** The SHA-256 of the canonical JSON of `Decision.verdict` without warnings, in hex. */
  readonly verdict: string;
}

/** A record that the log has under the same `call`. */
export interface KnownRecord extends DecisionKey {
  readonly seq: number;
  /** Its leaf hash, in hex. */
  readonly leaf: string;
}

/** A sealed batch with the keys of its records, in their order. */
export interface LoggedBatch {
  readonly sealed: SealedBatch;
  readonly keys: readonly DecisionKey[];
}

/** A batch that the archive may not have. */
export interface UnarchivedBatch {
  readonly batch: number;
  /** See `batchText`. */
  readonly text: string;
}

/**
 * The transaction log of one cluster's chain. It decides the order of records. All methods reject with {@link RecordError}
 * `store-unavailable` when the store cannot be reached in time.
 */
export interface RecordLog {
  /** The clock of the store: milliseconds since 1970. */
  readonly now: () => number;
  /** The end of the chain, read from the store. */
  head(): Promise<ChainHead>;
  /** Records with the same `call` as one of the keys. At most 16 of each. */
  find(keys: readonly DecisionKey[]): Promise<readonly KnownRecord[]>;
  /**
   * Appends a batch if the chain still ends where the batch follows; else resolves to `conflict` and writes nothing. Once
   * it resolves to `appended`, the batch survives a crash. `archived`: the archive has all batches before this number.
   */
  append(batch: LoggedBatch, archived: number): Promise<"appended" | "conflict">;
  /** Batches that `append` did not report as archived, in their order. At most 1,000. */
  unarchived(): Promise<readonly UnarchivedBatch[]>;
  /** Frees what the log holds open. */
  close?(): void;
}
