import type { ChainFinding } from "./Findings.ts";

/** The result of a verification of one cluster's chain. */
export interface ChainReport {
  readonly cluster: string;
  readonly records: number;
  readonly batches: number;
  readonly checkpoints: number;
  /** UTF-16 units of all lines: bytes, but for characters beyond ASCII. */
  readonly size: number;
  /** The first verified record; absent where none was. */
  readonly first?: { readonly seq: number; readonly at: string };
  /** The end of the verified chain, to note elsewhere as `SEQ:LEAF`; absent where no root was right. */
  readonly head?: { readonly seq: number; readonly leaf: string; readonly at: string };
  /** Receipts that the chain has. */
  readonly receipts: number;
  /** Receipts of records before the verified ones, whose retention has ended or that are out of the range. */
  readonly otherReceipts: number;
  /** The first findings. Empty for an honest chain. */
  readonly findings: readonly ChainFinding[];
  /** The number of all findings. */
  readonly findingCount: number;
}
