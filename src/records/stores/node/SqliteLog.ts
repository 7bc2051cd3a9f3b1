import type { DatabaseSync } from "node:sqlite";
import { batchText } from "../../chain/batchText.ts";
import { type ChainHead, EMPTY_CHAIN } from "../../chain/ChainHead.ts";
import type { DecisionKey, KnownRecord, LoggedBatch, RecordLog, UnarchivedBatch } from "../../writer/RecordLog.ts";
import { storeError } from "./storeError.ts";

const HEAD =
  "SELECT batch + 1 AS batch, end_seq AS seq, end_prev AS prev, end_batch_hash AS previousBatch, at FROM batches";

/** The log of one cluster in a database of `openLogDatabase`, which clusters share. */
export class SqliteLog implements RecordLog {
  readonly now: () => number;
  readonly #cluster: string;
  readonly #db: DatabaseSync;

  /** `now` is the clock of this machine, which has the store. */
  constructor(cluster: string, db: DatabaseSync, now: () => number) {
    this.#cluster = cluster;
    this.#db = db;
    this.now = now;
  }

  async head(): Promise<ChainHead> {
    return this.#reading(() => {
      const row = this.#db.prepare(`${HEAD} WHERE cluster = ? ORDER BY batch DESC LIMIT 1`).get(this.#cluster);
      return row === undefined ? EMPTY_CHAIN : headOf(row);
    });
  }

  /** The head of the chain before a batch; undefined when the log does not have the batch before it. */
  headBefore(batch: number): ChainHead | undefined {
    return this.#reading(() => {
      const row = this.#db.prepare(`${HEAD} WHERE cluster = ? AND batch = ?`).get(this.#cluster, batch - 1);
      return row === undefined ? undefined : headOf(row);
    });
  }

  async find(keys: readonly DecisionKey[]): Promise<readonly KnownRecord[]> {
    return this.#reading(() => {
      const query = this.#db.prepare(
        "SELECT call, digest, verdict, seq, leaf FROM records INDEXED BY records_by_call WHERE cluster = ? AND call = ? ORDER BY seq LIMIT 16",
      );
      const calls = new Set(keys.map(({ call }) => call));
      return [...calls].flatMap((call) => query.all(this.#cluster, call).map(knownOf));
    });
  }

  async append({ sealed, keys }: LoggedBatch, archived: number): Promise<"appended" | "conflict"> {
    const { batch, records, head } = sealed;
    return this.#writing("appending to log.db", () => {
      const next = this.#db
        .prepare("SELECT max(batch) + 1 AS next FROM batches WHERE cluster = ?")
        .get(this.#cluster)?.next;
      if ((next ?? 0) !== batch) return "conflict";
      this.#db
        .prepare("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?)")
        .run(this.#cluster, batch, head.at, head.seq, head.prev, head.previousBatch, batchText(sealed));
      const insert = this.#db.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)");
      for (const [index, { seq, leaf }] of records.entries()) {
        const { call = "", digest = "", verdict = "" } = keys[index] ?? {};
        insert.run(this.#cluster, seq, batch, call, digest, verdict, leaf);
      }
      this.#db.prepare("INSERT OR REPLACE INTO archives VALUES (?, ?)").run(this.#cluster, archived);
      return "appended";
    });
  }

  async unarchived(): Promise<readonly UnarchivedBatch[]> {
    return this.#reading(() => {
      const rows = this.#db
        .prepare(
          "SELECT batch, text FROM batches WHERE cluster = ? AND batch >= coalesce((SELECT archived FROM archives WHERE cluster = ?), 0) ORDER BY batch LIMIT 1000",
        )
        .all(this.#cluster, this.#cluster);
      return rows.map(({ batch, text }) => ({ batch: Number(batch), text: String(text) }));
    });
  }

  /** Deletes the batches before a number, and their records. */
  async deleteBefore(batch: number): Promise<void> {
    this.#writing("deleting from log.db", () => {
      // By the primary key: a search by batch would read all records that are kept.
      this.#db
        .prepare(
          "DELETE FROM records WHERE cluster = ?1 AND seq < (SELECT max(end_seq) FROM batches WHERE cluster = ?1 AND batch = ?2)",
        )
        .run(this.#cluster, batch - 1);
      this.#db.prepare("DELETE FROM batches WHERE cluster = ? AND batch < ?").run(this.#cluster, batch);
    });
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw storeError("reading log.db", error);
    }
  }

  #writing<T>(doing: string, write: () => T): T {
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      const result = write();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      // After some errors SQLite has rolled back by itself (sqlite.org/lang_transaction.html).
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw storeError(doing, error);
    }
  }
}

type Row = Readonly<Record<string, unknown>>;

function headOf({ batch, seq, prev, previousBatch, at }: Row): ChainHead {
  return {
    batch: Number(batch),
    seq: Number(seq),
    prev: String(prev),
    previousBatch: String(previousBatch),
    at: Number(at),
  };
}

function knownOf({ call, digest, verdict, seq, leaf }: Row): KnownRecord {
  return {
    call: String(call),
    digest: String(digest),
    verdict: String(verdict),
    seq: Number(seq),
    leaf: String(leaf),
  };
}
