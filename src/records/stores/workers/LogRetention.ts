import * as z from "zod/mini";
import type { ChainHead } from "../../chain/ChainHead.ts";
import { RecordError } from "../../RecordError.ts";
import type { RetentionLog } from "../../writer/retain.ts";
import { type LogTables, MAX_PARTS } from "./LogTables.ts";

/** Batches that one transaction deletes: an object answers nothing meanwhile. */
const DELETED_BATCHES = 500;
const DAY_MS = 24 * 60 * 60 * 1000;

const idRow = z.object({ id: z.int() });

/** Deletes old batches from the log of a Durable Object: those whose retention has ended, and the oldest when it is large. */
export class LogRetention implements RetentionLog {
  readonly #tables: LogTables;

  constructor(tables: LogTables) {
    this.#tables = tables;
  }

  /** The end of a day (UTC), so that there is at most one checkpoint a day. Undefined as well once all before it is deleted. */
  async cut(beforeMs: number): Promise<ChainHead | undefined> {
    const day = Math.floor(beforeMs / DAY_MS) * DAY_MS;
    const { archived } = this.#tables;
    const [cut] = this.#tables.heads("WHERE at < ? AND batch <= ? ORDER BY at DESC, batch DESC LIMIT 1", day, archived);
    if (cut === undefined) return undefined;
    const [first] = this.#tables.heads("ORDER BY batch LIMIT 1");
    return first === undefined || first.batch >= cut.batch ? undefined : cut;
  }

  async deleteBefore(batch: number): Promise<void> {
    await this.#forget(batch);
    this.#tables.rows("DELETE FROM heads WHERE batch < ?", batch);
    await this.#tables.confirmed();
  }

  /**
   * Deletes the oldest batches that the archive has, until the log has at most `bytes`. The last head of each day stays, for
   * `cut`. The keys of the records go as well: a decision that is sent again after that long gets a second record.
   */
  async shrink(bytes: number): Promise<void> {
    while (this.#tables.size > bytes) {
      const end = Math.min(this.#tables.archived, this.#firstBatch() + DELETED_BATCHES);
      if (this.#firstBatch() >= end) return;
      await this.#forget(end);
      this.#tables.rows(
        "DELETE FROM heads WHERE batch < ?1 AND batch NOT IN (SELECT MAX(batch) FROM heads WHERE batch <= ?1 GROUP BY CAST(at / ?2 AS INTEGER))",
        end,
        DAY_MS,
      );
      await this.#tables.confirmed();
    }
  }

  /** The first batch whose text the log has; the number of the next one where it has none. */
  #firstBatch(): number {
    const [row] = this.#tables.rows("SELECT id FROM parts ORDER BY id LIMIT 1");
    return row === undefined ? this.#tables.head().batch : Math.floor(z.parse(idRow, row).id / MAX_PARTS);
  }

  /** Deletes texts and keys of the batches before a number, in steps between which the object answers. */
  async #forget(batch: number): Promise<void> {
    for (let first = this.#firstBatch(); first < batch; first = this.#firstBatch()) {
      const end = Math.min(batch, first + DELETED_BATCHES);
      const [head] = this.#tables.heads("WHERE batch = ?", end);
      if (head === undefined)
        throw new RecordError("store-conflict", `the log has lost the head before the batch ${end}`);
      this.#tables.transaction(() => {
        this.#tables.rows("DELETE FROM parts WHERE id < ?", end * MAX_PARTS);
        this.#tables.rows("DELETE FROM records WHERE seq < ?", head.seq);
      });
      await this.#tables.confirmed();
    }
  }
}
