/** A place that records are read from, for verification and queries. */
export interface RecordSource {
  /** What a person calls it, such as a path or a URL. */
  readonly name: string;
  /** The clusters that it has records of. */
  clusters(): Promise<readonly string[]>;
  /**
   * The lines of a cluster in the order of its chain: records, roots and checkpoints, without newlines. See `batchText`.
   * Checkpoints come first. Rejects with {@link RecordError} when the source cannot be read.
   */
  lines(cluster: string): AsyncIterable<SourceLine>;
  /** The end of the chain as the transaction log has it; undefined where the source has no log beside the lines. */
  loggedHead?(cluster: string): Promise<LoggedHead | undefined>;
}

/** A line with where it is, such as `PATH:LINE`. */
export interface SourceLine {
  readonly text: string;
  readonly where: string;
}

/** The last batch of a transaction log. */
export interface LoggedHead {
  /** The number of the next batch. */
  readonly batch: number;
  /** The `seq` of the next record. */
  readonly seq: number;
  /** The leaf hash of the last record, in hex. */
  readonly prev: string;
}
