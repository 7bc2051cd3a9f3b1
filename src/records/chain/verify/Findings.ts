/** What a verification finds. */
export type FindingCode =
  /** A record is not what was signed: its content differs, or it was never in the batch. */
  | "changed-record"
  /** Records of a batch are missing. */
  | "missing-record"
  /** A record is not at its place in the batch. */
  | "moved-record"
  /** A record is there again. */
  | "repeated-record"
  /** A record is in a batch that it was not signed with. */
  | "foreign-record"
  /** Records have no signed root after them: the text is cut off, or the root is missing. */
  | "unsigned-records"
  /** Whole batches are missing, at the start or between two others. */
  | "missing-batch"
  /** A batch that was there before: a segment was played again. */
  | "repeated-batch"
  /** The root or checkpoint is signed with a key that is not among the trusted ones. */
  | "unknown-key"
  /** The signature of a root or checkpoint does not match. */
  | "wrong-signature"
  /** A line has a root or checkpoint that cannot be read, or that has another form. */
  | "unreadable-root"
  /** A signed root does not fit its records, or does not follow the batch before. */
  | "broken-link"
  /** A root, a checkpoint or a record is of another cluster. */
  | "other-cluster"
  /** The time of a record or batch goes back, or is not the time of its batch. */
  | "wrong-time"
  /** A checkpoint does not fit the chain. */
  | "wrong-checkpoint"
  /** A signed record is not canonical JSON of the known schema. */
  | "unknown-form"
  /** The transaction log has more batches than the lines: the end is missing. */
  | "missing-end"
  /** The transaction log ends before the lines, or ends with another record. */
  | "log-differs"
  /** A receipt or a noted head names a record that the chain does not have. */
  | "missing-receipt";

/** One finding. */
export interface ChainFinding {
  readonly code: FindingCode;
  /** `PATH:LINE`, or what else names the place. */
  readonly where: string;
  /** The first record that it is about. */
  readonly seq?: number;
  readonly batch?: number;
  readonly message: string;
}

/** The first findings, and the number of all. */
export class Findings {
  readonly #limit: number;
  readonly #first: ChainFinding[] = [];
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(finding: ChainFinding): void {
    this.#count += 1;
    if (!this.isFull) this.#first.push(finding);
  }

  /** Whether further findings are only counted. */
  get isFull(): boolean {
    return this.#first.length >= this.#limit;
  }

  get first(): readonly ChainFinding[] {
    return this.#first;
  }

  get count(): number {
    return this.#count;
  }
}
