import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isObjectName } from "../../../protocol/kubernetesNames.ts";
import type { LoggedHead, RecordSource, SourceLine } from "../../chain/RecordSource.ts";
import { RecordError } from "../../RecordError.ts";
import { textLines } from "../textLines.ts";
import { hasFile, openFile } from "./openFile.ts";
import { checkpointFiles, clusterFolder, segmentFiles } from "./segmentFiles.ts";
import { readError } from "./storeError.ts";

/** Tables of other forms: a view or a computed column could keep a reader for ever (sqlite.org/pragma.html#pragma_table_list). */
const NO_TABLES = `SELECT 1 FROM pragma_table_list WHERE name IN ('batches', 'archives') AND type <> 'table'
  UNION SELECT 1 FROM pragma_table_xinfo('batches') WHERE hidden <> 0
  UNION SELECT 1 FROM pragma_table_xinfo('archives') WHERE hidden <> 0`;

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
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "ENOENT" || code === "ENOTDIR") throw noStore(this.name);
      throw readError(folder, error);
    }
  }

  async *lines(cluster: string): AsyncGenerator<SourceLine> {
    const folder = clusterFolder(this.name, cluster);
    try {
      const segments = (await segmentFiles(folder)).map(({ path }) => path);
      for (const path of [...(await checkpointFiles(folder)), ...segments])
        yield* textLines((await openFile(path)).createReadStream(), path);
    } catch (error) {
      throw readError(folder, error);
    }
  }

  async loggedHead(cluster: string): Promise<LoggedHead | undefined> {
    if (!isObjectName(cluster)) return undefined;
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
      const query = "SELECT cluster FROM archives WHERE length(cluster) <= 253 LIMIT 8192";
      const rows = this.#inLog((db) => db.prepare(query).all()) ?? [];
      // A name that is none could lead out of the folder.
      return rows.map(({ cluster }) => String(cluster)).filter(isObjectName);
    } catch {
      return [];
    }
  }

  /** Reads the transaction log; undefined where there is none. Throws `RecordError`. */
  #inLog<T>(read: (db: DatabaseSync) => T): T | undefined {
    const path = join(this.name, "log.db");
    if (!hasFile(path)) return undefined;
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
      if (db.prepare(NO_TABLES).get() !== undefined)
        throw new RecordError("store-unavailable", `${path} is not the transaction log of a gate: it has other tables`);
      return read(db);
    } catch (error) {
      throw readError(path, error);
    } finally {
      db?.close();
    }
  }
}

function noStore(folder: string): RecordError {
  const message = `${folder}: is not the store of a gate: it has no folder segments; name the folder of POSTERN_RECORDS_DIR`;
  return new RecordError("store-unavailable", message);
}
