import * as z from "zod/mini";
import { batchText } from "../../chain/batchText.ts";
import type { ChainHead } from "../../chain/ChainHead.ts";
import { RecordError } from "../../RecordError.ts";
import type { DecisionKey, KnownRecord, LoggedBatch, RecordLog, UnarchivedBatch } from "../../writer/RecordLog.ts";
import { type LogTables, MAX_PARTS } from "./LogTables.ts";

/** A value has at most 2 MB (developers.cloudflare.com/durable-objects/platform/limits). */
const PART_BYTES = 1024 * 1024;
/** Known records of one call, and batches that the archive may not have. See {@link RecordLog}. */
const LIMITS = { known: 16, unarchived: 1000 };

const recordRow = z.object({
  seq: z.int(),
  call: z.string(),
  digest: z.string(),
  verdict: z.string(),
  leaf: z.string(),
});
const partRow = z.object({ bytes: z.instanceof(ArrayBuffer) });

/**
 * The transaction log of a cluster in the SQLite storage of its Durable Object, see {@link LogTables}.
 *
 * `append` is one transaction. It resolves after `sync()`, when the writes are confirmed: Cloudflare confirms a write once
 * three of five followers in other data centres have it (blog.cloudflare.com/sqlite-in-durable-objects), and resets the
 * object when one fails. Until then it holds back all messages of the object, also the put into the archive. A local workerd
 * writes to a file and does not flush it: there a record survives the death of the process, not that of the machine.
 */
export class DurableObjectLog implements RecordLog {
  readonly now: () => number;
  readonly #tables: LogTables;

  /** `now` is in milliseconds since 1970. */
  constructor(tables: LogTables, now: () => number) {
    this.now = now;
    this.#tables = tables;
  }

  /** The cluster whose chain this is; undefined before the first `claim`. */
  get cluster(): string | undefined {
    return this.#tables.meta("cluster");
  }

  /** Makes this the log of a cluster. Throws {@link RecordError} `store-conflict` when it is that of another one. */
  claim(cluster: string): void {
    const owner = this.cluster;
    if (owner === cluster) return;
    if (owner !== undefined) throw new RecordError("store-conflict", `the log is that of the cluster ${owner}`);
    this.#tables.setMeta("cluster", cluster);
  }

  async head(): Promise<ChainHead> {
    return this.#tables.head();
  }

  async find(keys: readonly DecisionKey[]): Promise<readonly KnownRecord[]> {
    const calls = JSON.stringify([...new Set(keys.map(({ call }) => call))]);
    const rows = this.#tables.rows(
      `SELECT found.* FROM json_each(?) wanted JOIN records found ON found.seq IN
        (SELECT seq FROM records INDEXED BY records_call WHERE call = wanted.value ORDER BY seq LIMIT ${LIMITS.known}) ORDER BY found.seq`,
      calls,
    );
    return z.parse(z.array(recordRow), rows);
  }

  async append({ sealed, keys }: LoggedBatch, archived: number): Promise<"appended" | "conflict"> {
    const { batch, records, head } = sealed;
    const rows = records.map(({ seq, leaf }, index) => ({ ...keys[index], seq, leaf }));
    const bytes = new TextEncoder().encode(batchText(sealed));
    if (bytes.length > PART_BYTES * MAX_PARTS) throw new RecordError("store-unavailable", "a batch is too large");
    const outcome = this.#tables.transaction(() => {
      if (this.#tables.head().batch !== batch) return "conflict";
      for (let part = 0; part * PART_BYTES < bytes.length; part += 1) {
        const slice = bytes.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
        this.#tables.rows("INSERT INTO parts VALUES (?, ?)", batch * MAX_PARTS + part, slice.buffer);
      }
      this.#tables.rows(
        `INSERT INTO records SELECT value ->> 'seq', value ->> 'call', value ->> 'digest', value ->> 'verdict', value ->> 'leaf'
          FROM json_each(?)`,
        JSON.stringify(rows),
      );
      const { seq, prev, previousBatch, at } = head;
      this.#tables.rows("INSERT INTO heads VALUES (?, ?, ?, ?, ?)", head.batch, seq, prev, previousBatch, at);
      this.#tables.markArchived(archived);
      return "appended";
    });
    await this.#tables.confirmed();
    return outcome;
  }

  async unarchived(): Promise<readonly UnarchivedBatch[]> {
    const found: UnarchivedBatch[] = [];
    const end = this.#tables.head().batch;
    for (let batch = this.#tables.archived; batch < end && found.length < LIMITS.unarchived; batch += 1)
      found.push({ batch, text: this.#textOf(batch) });
    return found;
  }

  #textOf(batch: number): string {
    const rows = this.#tables.rows(
      "SELECT bytes FROM parts WHERE id >= ? AND id < ? ORDER BY id",
      batch * MAX_PARTS,
      (batch + 1) * MAX_PARTS,
    );
    const decoder = new TextDecoder();
    const text = z.parse(z.array(partRow), rows).map(({ bytes }) => decoder.decode(bytes, { stream: true }));
    if (text.length === 0) throw new RecordError("store-conflict", `the log has lost the batch ${batch}`);
    return text.join("") + decoder.decode();
  }
}
