import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Log } from "../../../telemetry/Log.ts";
import type { RecordSigner } from "../../chain/RecordSigner.ts";
import type { Decision } from "../../decision/decisionSchema.ts";
import { RecordError } from "../../RecordError.ts";
import { ChainWriter, type Receipt } from "../../writer/ChainWriter.ts";
import { GroupCommit } from "../../writer/GroupCommit.ts";
import { retain } from "../../writer/retain.ts";
import { openLogDatabase } from "./openLogDatabase.ts";
import { SegmentArchive } from "./SegmentArchive.ts";
import { SegmentRetention } from "./SegmentRetention.ts";
import { SqliteLog } from "./SqliteLog.ts";
import { StoreLock } from "./StoreLock.ts";
import { clusterFolder } from "./segmentFiles.ts";
import { storeError } from "./storeError.ts";

/** What a {@link NodeStore} needs. */
export interface NodeStoreOptions {
  /** It has `log.db` and `segments/CLUSTER/`. Made when it is not there. */
  readonly folder: string;
  readonly signer: RecordSigner;
  readonly log: Log;
  /** This machine's clock: milliseconds since 1970. */
  readonly now: () => number;
  /** How long batches are kept, in milliseconds. Default: for ever. */
  readonly keepMs?: number | undefined;
}

/** The end of retention is looked for this often. Segments end each day. */
const RETAIN_EVERY_MS = 3_600_000;
/** After a deletion: each run deletes one segment, for all clusters wait meanwhile. */
const RETAIN_AGAIN_MS = 10_000;
/** More clusters than any gate has. */
const MAX_CLUSTERS = 8_192;

interface ClusterStore {
  readonly log: SqliteLog;
  readonly archive: SegmentArchive;
  readonly commits: GroupCommit<Decision, Receipt>;
  retainedAt: number;
}

/** The decision records of all clusters in a folder of this machine. One process at a time has it open. */
export class NodeStore {
  readonly #options: NodeStoreOptions;
  readonly #clusters = new Map<string, ClusterStore>();
  #lock: StoreLock | undefined;
  #db: DatabaseSync | undefined;
  /** Of `log.db` when it was opened. */
  #fileId: string | undefined;

  private constructor(options: NodeStoreOptions) {
    this.#options = options;
  }

  /**
   * Throws {@link RecordError} `store-in-use` when another process has the folder. Any other fault of the folder is logged,
   * and each commit tries again.
   */
  static open(options: NodeStoreOptions): NodeStore {
    const store = new NodeStore(options);
    try {
      store.#database();
    } catch (error) {
      if (error instanceof RecordError && error.code === "store-in-use") throw error;
      options.log.error(
        "the record store cannot be used; calls of clusters with the profile compliance fail until it can",
        {
          error,
        },
      );
    }
    return store;
  }

  /** The number of decisions that wait for a commit. */
  get size(): number {
    let size = 0;
    for (const { commits } of this.#clusters.values()) size += commits.size;
    return size;
  }

  /** Resolves once log and archive have the decision durably. Rejects with {@link RecordError}. */
  record(decision: Decision): Promise<Receipt> {
    const { cluster } = decision;
    const known = this.#clusters.get(cluster);
    if (known !== undefined) return known.commits.add(decision);
    if (this.#clusters.size >= MAX_CLUSTERS)
      return Promise.reject(new RecordError("queue-full", "too many clusters have records in this store"));
    try {
      return this.#begin(cluster).commits.add(decision);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Frees the folder. Decisions that wait are not recorded. */
  close(): void {
    for (const { archive } of this.#clusters.values()) archive.close();
    this.#clusters.clear();
    this.#db?.close();
    this.#lock?.free();
    this.#db = undefined;
    this.#lock = undefined;
  }

  #database(): DatabaseSync {
    const { folder } = this.#options;
    if (this.#db !== undefined) return this.#db;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw storeError(`making the folder ${folder}`, error);
    }
    this.#lock ??= StoreLock.take(folder);
    this.#db = openLogDatabase(folder);
    this.#fileId = fileId(join(folder, "log.db"));
    return this.#db;
  }

  /** Writes to a database that was deleted or moved would be confirmed, and nobody could read them. */
  #requirePlace(): void {
    const path = join(this.#options.folder, "log.db");
    if (fileId(path) === this.#fileId) return;
    this.close();
    throw new RecordError("store-unavailable", `${path} is another file than before`);
  }

  #begin(cluster: string): ClusterStore {
    const { folder, signer, now } = this.#options;
    const log = new SqliteLog(cluster, this.#database(), now);
    const archive = new SegmentArchive(clusterFolder(folder, cluster), now);
    const writer = new ChainWriter(cluster, { log, archive, signer });
    const commits = new GroupCommit<Decision, Receipt>(async (decisions) => {
      const receipts = await this.#commit(writer, decisions);
      await this.#retain(cluster, store);
      return receipts;
    });
    const store: ClusterStore = { log, archive, commits, retainedAt: 0 };
    this.#clusters.set(cluster, store);
    return store;
  }

  async #commit(writer: ChainWriter, decisions: readonly Decision[]): Promise<readonly Receipt[]> {
    const { log } = this.#options;
    try {
      this.#requirePlace();
      return await writer.commit(decisions);
    } catch (error) {
      log.error("decisions could not be recorded", { cluster: writer.cluster, decisions: decisions.length, error });
      throw error;
    }
  }

  /** Between two commits, so that only one thing at a time changes the chain. Its failure fails no call. */
  async #retain(cluster: string, store: ClusterStore): Promise<void> {
    const { keepMs, now, signer, log, folder } = this.#options;
    if (keepMs === undefined || Math.abs(now() - store.retainedAt) < RETAIN_EVERY_MS) return;
    store.retainedAt = now();
    try {
      const retention = new SegmentRetention(clusterFolder(folder, cluster), store.log, "first");
      const kept = await retain(cluster, now(), { log: retention, archive: store.archive, signer, keepMs });
      if (kept === undefined) return;
      store.retainedAt -= RETAIN_EVERY_MS - RETAIN_AGAIN_MS;
      log.info("records were deleted at the end of their retention", { cluster, firstBatch: kept });
    } catch (error) {
      log.error("the retention of records could not end", { cluster, error });
    }
  }
}

/** Identifies a file, whatever its path; undefined when there is none. */
function fileId(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}
