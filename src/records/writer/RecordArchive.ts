/**
 * The immutable store of one cluster's batches and checkpoints. All methods reject with {@link RecordError}
 * `store-unavailable` when the store cannot be reached in time.
 */
export interface RecordArchive {
  /**
   * Writes a text under a key that has none. Once it resolves, the text survives a crash. Where the key has the same text, it
   * resolves as well; where it has another, it rejects with {@link RecordError} `store-conflict`.
   */
  put(key: string, text: string): Promise<void>;
  /** Deletes the batches before a number, which a checkpoint has made superfluous, as far as the store lets it. */
  deleteBefore(batch: number): Promise<void>;
  /** Frees what the archive holds open. */
  close?(): void;
}
