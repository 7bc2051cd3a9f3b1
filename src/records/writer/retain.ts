import type { ChainHead } from "../chain/ChainHead.ts";
import { checkpointKey, checkpointText } from "../chain/checkpoint.ts";
import type { RecordSigner } from "../chain/RecordSigner.ts";
import type { RecordArchive } from "./RecordArchive.ts";

/** What {@link retain} asks of the transaction log of a cluster. */
export interface RetentionLog {
  /**
   * The end of the chain after the last batch that is older than a time (milliseconds since 1970). A log may know the ends of
   * days only. Undefined where no batch is that old.
   */
  cut(beforeMs: number): Promise<ChainHead | undefined>;
  /** Deletes what the log has of the batches before a number. Absent where the store expires them itself. */
  deleteBefore?(batch: number): Promise<void>;
}

/** What {@link retain} needs. */
export interface RetentionStores {
  readonly log: RetentionLog;
  readonly archive: Pick<RecordArchive, "put" | "deleteBefore">;
  readonly signer: RecordSigner;
  /** How long a batch is kept, in milliseconds. */
  readonly keepMs: number;
}

/**
 * Ends the retention of old batches of a cluster: a checkpoint takes their place, from which the chain is verified. `nowMs` is
 * the clock of the store. Resolves to the first batch that is kept; undefined where all are. Rejects with {@link RecordError};
 * then the next run begins again.
 *
 * | state | what happens |
 * |---|---|
 * | no batch is older than `keepMs` | nothing |
 * | batches are older | checkpoint, then deletion from the archive, then from the log |
 * | killed after the checkpoint | the same checkpoint is put again, and the deletions follow |
 * | killed between the deletions | the log still has the cut, so all is done again |
 * | another instance does the same | both put the same text |
 * | the checkpoint's key has another text | `store-conflict`, and nothing is deleted |
 *
 * The time of the checkpoint is the time at which the retention of the last batch before it ended, not the time of this run:
 * so each run for one cut has the same text.
 */
export async function retain(
  cluster: string,
  nowMs: number,
  { log, archive, signer, keepMs }: RetentionStores,
): Promise<number | undefined> {
  const cut = await log.cut(nowMs - keepMs);
  if (cut === undefined || cut.batch === 0) return undefined;
  await archive.put(checkpointKey(cut.batch), await checkpointText(cluster, cut, { signer, nowMs: cut.at + keepMs }));
  await archive.deleteBefore(cut.batch);
  await log.deleteBefore?.(cut.batch);
  return cut.batch;
}
