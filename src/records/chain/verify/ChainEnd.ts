import { NO_HASH } from "../ChainHead.ts";

/** What the next batch must follow. What a fault made unknown is undefined, and is not compared. */
export interface ChainEnd {
  /** The number of the next batch. */
  readonly batch: number;
  /** The `seq` of its first record. */
  readonly seq: number | undefined;
  /** The leaf hash of the last record, in hex. */
  readonly prev: string | undefined;
  /** The SHA-256 of the last root, in hex. */
  readonly previousBatch: string | undefined;
  /** ISO 8601: the time of the last batch. */
  readonly at: string;
}

/** What the first batch of a chain follows. */
export const CHAIN_START: ChainEnd = { batch: 0, seq: 0, prev: NO_HASH, previousBatch: NO_HASH, at: "" };
