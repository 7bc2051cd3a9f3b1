import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { storeError } from "./storeError.ts";

/**
 * The tables of all clusters. `batches.end_*` is the head of the chain after the batch. `archived` is the number of the first
 * batch that the archive may not have.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS batches (
  cluster TEXT NOT NULL, batch INTEGER NOT NULL, at INTEGER NOT NULL, end_seq INTEGER NOT NULL,
  end_prev TEXT NOT NULL, end_batch_hash TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (cluster, batch)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
  cluster TEXT NOT NULL, seq INTEGER NOT NULL, batch INTEGER NOT NULL, call TEXT NOT NULL, digest TEXT NOT NULL,
  verdict TEXT NOT NULL, leaf TEXT NOT NULL,
  PRIMARY KEY (cluster, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_by_call ON records (cluster, call, seq);
CREATE TABLE IF NOT EXISTS archives (cluster TEXT PRIMARY KEY, archived INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/**
 * Opens `log.db` in a folder. A committed transaction survives a crash of the machine: with `synchronous=FULL` each commit
 * syncs the write-ahead log (sqlite.org/pragma.html). Other processes can read it. Throws `RecordError`.
 */
export function openLogDatabase(folder: string): DatabaseSync {
  const path = join(folder, "log.db");
  let db: DatabaseSync | undefined;
  try {
    // SQLite would make a file that everybody can read. Its other files get the mode of this one.
    closeSync(openSync(path, "a", 0o600));
    db = new DatabaseSync(path, { timeout: 1_000 });
    db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
    db.exec(SCHEMA);
    return db;
  } catch (error) {
    db?.close();
    throw storeError(`opening ${path}`, error);
  }
}
