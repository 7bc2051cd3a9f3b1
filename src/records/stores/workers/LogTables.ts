import * as z from "zod/mini";
import { type ChainHead, EMPTY_CHAIN } from "../../chain/ChainHead.ts";
import { RecordError } from "../../RecordError.ts";
import type { ObjectStorage, SqlValue } from "./ObjectStorage.ts";

/** The most parts of a batch. The id of a part is `batch * MAX_PARTS + part`: with one key, a part is one row written. */
export const MAX_PARTS = 4096;

const TABLES = `
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS heads (batch INTEGER PRIMARY KEY, seq INTEGER NOT NULL, prev TEXT NOT NULL, previousBatch TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS parts (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS records (seq INTEGER PRIMARY KEY, call TEXT NOT NULL, digest TEXT NOT NULL, verdict TEXT NOT NULL, leaf TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS records_call ON records (call);
CREATE INDEX IF NOT EXISTS heads_at ON heads (at);
`;

const headRow = z.object({
  batch: z.int(),
  seq: z.int(),
  prev: z.string(),
  previousBatch: z.string(),
  at: z.int(),
});
const metaRow = z.object({ value: z.string() });

/**
 * The tables of a cluster's log in the SQLite storage of its Durable Object.
 *
 * | table | row |
 * |---|---|
 * | `heads` | the end of the chain before a batch; the last one is the end of the chain |
 * | `parts` | 1 MiB of the text of a batch |
 * | `records` | the key of a record |
 * | `meta` | `cluster`, and `archived`: the archive has the batches before it |
 *
 * All methods throw, or reject with, {@link RecordError} `store-unavailable` when the storage fails.
 */
export class LogTables {
  readonly #storage: ObjectStorage;

  /** Creates the tables where there are none. */
  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    this.transaction(() => {
      this.rows(TABLES);
      const { batch, seq, prev, previousBatch, at } = EMPTY_CHAIN;
      const isEmpty = "NOT EXISTS (SELECT 1 FROM heads)";
      this.rows(`INSERT INTO heads SELECT ?, ?, ?, ?, ? WHERE ${isEmpty}`, batch, seq, prev, previousBatch, at);
    });
  }

  /** In bytes. */
  get size(): number {
    return this.#storage.sql.databaseSize;
  }

  /** The archive has the batches before this number. */
  get archived(): number {
    return Number(this.meta("archived") ?? 0);
  }

  /** The end of the chain. */
  head(): ChainHead {
    const [head] = this.heads("ORDER BY batch DESC LIMIT 1");
    if (head === undefined) throw new RecordError("store-conflict", "the log has no head");
    return head;
  }

  /** Rows of `heads`. `where` is what follows the name of the table. */
  heads(where: string, ...bindings: readonly SqlValue[]): readonly ChainHead[] {
    return z.parse(z.array(headRow), this.rows(`SELECT * FROM heads ${where}`, ...bindings));
  }

  meta(name: "cluster" | "archived"): string | undefined {
    const [row] = this.rows("SELECT value FROM meta WHERE name = ?", name);
    return row === undefined ? undefined : z.parse(metaRow, row).value;
  }

  setMeta(name: "cluster" | "archived", value: string): void {
    this.rows("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, value);
  }

  /** Notes that the archive has the batches before a number. */
  markArchived(before: number): void {
    if (before > this.archived) this.setMeta("archived", String(before));
  }

  /** Runs a statement. */
  rows(query: string, ...bindings: readonly SqlValue[]): readonly Readonly<Record<string, SqlValue>>[] {
    try {
      return this.#storage.sql.exec(query, ...bindings).toArray();
    } catch (cause) {
      throw new RecordError("store-unavailable", "the storage of the object failed", { cause });
    }
  }

  /** Rolls back when the closure throws. */
  transaction<T>(closure: () => T): T {
    return this.#storage.transactionSync(closure);
  }

  /** Resolves once all writes so far are confirmed. */
  async confirmed(): Promise<void> {
    try {
      await this.#storage.sync();
    } catch (cause) {
      throw new RecordError("store-unavailable", "the storage of the object did not confirm a write", { cause });
    }
  }
}
