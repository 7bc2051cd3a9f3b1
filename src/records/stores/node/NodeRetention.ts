import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { RecordSource } from "../../chain/RecordSource.ts";
import { RecordError } from "../../RecordError.ts";
import type { StoreRetention } from "../../writer/StoreRetention.ts";
import { NodeSource } from "./NodeSource.ts";
import { hasFile } from "./openFile.ts";
import { openLogDatabase } from "./openLogDatabase.ts";
import { SegmentArchive } from "./SegmentArchive.ts";
import { SegmentRetention } from "./SegmentRetention.ts";
import { SqliteLog } from "./SqliteLog.ts";
import { StoreLock } from "./StoreLock.ts";
import { clusterFolder } from "./segmentFiles.ts";

/** The retention of a folder that no gate has open. */
export class NodeRetention implements StoreRetention {
  readonly source: RecordSource;
  readonly deletedBy = "postern";
  readonly #folder: string;
  readonly #lock: StoreLock;
  readonly #db: DatabaseSync;
  readonly #now: () => number;

  private constructor(folder: string, lock: StoreLock, now: () => number) {
    this.source = new NodeSource(folder);
    this.#folder = folder;
    this.#lock = lock;
    this.#now = now;
    this.#db = openLogDatabase(folder);
  }

  /**
   * Opens a folder. `now` is this machine's clock. Throws {@link RecordError} `store-in-use` when a gate has it open, and
   * `store-unavailable` for a folder that is not a store.
   */
  static open(folder: string, now: () => number): NodeRetention {
    if (!hasFile(join(folder, "log.db")))
      throw new RecordError("store-unavailable", `${folder}: is not the store of a gate: it has no file log.db`);
    const lock = StoreLock.take(folder);
    try {
      return new NodeRetention(folder, lock, now);
    } catch (error) {
      lock.free();
      throw error;
    }
  }

  async chain(cluster: string): ReturnType<StoreRetention["chain"]> {
    const nowMs = this.#now();
    const folder = clusterFolder(this.#folder, cluster);
    const log = new SegmentRetention(folder, new SqliteLog(cluster, this.#db, this.#now), "all");
    return { log, archive: new SegmentArchive(folder, this.#now), nowMs };
  }

  close(): void {
    this.#db.close();
    this.#lock.free();
  }
}
