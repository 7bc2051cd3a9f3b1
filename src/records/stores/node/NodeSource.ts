import { createReadStream, existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { LoggedHead, RecordSource, SourceLine } from "../../chain/RecordSource.ts";
import { textLines } from "../textLines.ts";
import { checkpointFiles, clusterFolder, segmentFiles } from "./segmentFiles.ts";
import { storeError } from "./storeError.ts";

/** The records in the folder of a `NodeStore`, also while a process writes to it. */
export class NodeSource implements RecordSource {
  readonly name: string;

  constructor(folder: string) {
    this.name = folder;
  }

  /** Those with segments, and those that only the transaction log knows: somebody may have deleted their segments. */
  async clusters(): Promise<readonly string[]> {
    const logged = this.#loggedClusters();
    const folder = join(this.name, "segments");
    try {
      const entries = logged.length > 0 && !existsSync(folder) ? [] : await readdir(folder, { withFileTypes: true });
      const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
      return [...new Set([...names, ...logged])].sort();
    } catch (error) {
      throw storeError(`reading ${folder}`, error);
    }
  }

  async *lines(cluster: string): AsyncGenerator<SourceLine> {
    const folder = clusterFolder(this.name, cluster);
    try {
      const segments = (await segmentFiles(folder)).map(({ path }) => path);
      for (const path of [...(await checkpointFiles(folder)), ...segments])
        yield* textLines(createReadStream(path), path);
    } catch (error) {
      throw storeError(`reading ${folder}`, error);
    }
  }

  async loggedHead(cluster: string): Promise<LoggedHead | undefined> {
    const row = this.#inLog((db) =>
      db
        .prepare(
          "SELECT batch + 1 AS batch, end_seq, end_prev FROM batches WHERE cluster = ? ORDER BY batch DESC LIMIT 1",
        )
        .get(cluster),
    );
    return row === undefined
      ? undefined
      : { batch: Number(row.batch), seq: Number(row.end_seq), prev: String(row.end_prev) };
  }

  /** Empty also for a log that cannot be read: a query needs none, and `loggedHead` rejects for a verification. */
  #loggedClusters(): readonly string[] {
    try {
      // Each append to the log writes the row of its cluster.
      const rows = this.#inLog((db) => db.prepare("SELECT cluster FROM archives").all()) ?? [];
      return rows.map(({ cluster }) => String(cluster));
    } catch {
      return [];
    }
  }

  /** Reads the transaction log; undefined where there is none. Throws `RecordError`. */
  #inLog<T>(read: (db: DatabaseSync) => T): T | undefined {
    const path = join(this.name, "log.db");
    if (!existsSync(path)) return undefined;
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
      return read(db);
    } catch (error) {
      throw storeError(`reading ${path}`, error);
    } finally {
      db?.close();
    }
  }
}
