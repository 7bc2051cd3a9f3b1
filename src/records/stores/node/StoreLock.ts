import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RecordError } from "../../RecordError.ts";
import { storeError } from "./storeError.ts";

/** SQLITE_BUSY (sqlite.org/rescode.html). */
const BUSY = 5;

/**
 * Holds a folder for one process, by a lock on `lock.db` that the system frees when the process ends, however it ends.
 * Node has no file locks of its own; SQLite's are those of `fcntl`.
 */
export class StoreLock {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Throws {@link RecordError} `store-in-use` when another process holds the folder, and `store-unavailable` when it cannot be written. */
  static take(folder: string): StoreLock {
    let db: DatabaseSync | undefined;
    try {
      const path = join(folder, "lock.db");
      // A process loses its lock on a file when it closes any descriptor of it (fcntl(2)), so that of a locked file is none.
      if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
      db = new DatabaseSync(path, { timeout: 0 });
      db.exec("BEGIN EXCLUSIVE");
      return new StoreLock(db);
    } catch (error) {
      db?.close();
      if (error instanceof Error && "errcode" in error && error.errcode === BUSY)
        throw new RecordError("store-in-use", `another process has the record store ${folder} open; stop it first`);
      throw storeError(`locking the record store ${folder}`, error);
    }
  }

  /** Frees the folder. */
  free(): void {
    this.#db.close();
  }
}
