/** The end of a cluster's chain: what the next batch follows. */
export interface ChainHead {
  /** The number of the next batch, from 0. */
  readonly batch: number;
  /** The `seq` of the next record, from 0. */
  readonly seq: number;
  /** The leaf hash of the last record, in hex; 64 zeros before the first. */
  readonly prev: string;
  /** The SHA-256 of the signed root of the last batch, in hex; 64 zeros before the first. */
  readonly previousBatch: string;
  /** The time of the last batch in milliseconds since 1970; 0 before the first. */
  readonly at: number;
}

/** The hash before the first of a chain. */
export const NO_HASH = "0".repeat(64);

/** The head of an empty chain. */
export const EMPTY_CHAIN: ChainHead = { batch: 0, seq: 0, prev: NO_HASH, previousBatch: NO_HASH, at: 0 };
