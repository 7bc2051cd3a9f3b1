import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { batchText } from "../../chain/batchText.ts";
import { type ChainHead, EMPTY_CHAIN } from "../../chain/ChainHead.ts";
import { RecordError } from "../../RecordError.ts";
import type { DecisionKey, KnownRecord, LoggedBatch, RecordLog, UnarchivedBatch } from "../../writer/RecordLog.ts";
import type { RetentionLog } from "../../writer/retain.ts";
import type { DynamoTable } from "./DynamoTable.ts";
import { type DynamoItem, itemOfHead, type LoggedEnd, readCall, readCut, readHead, readPart } from "./dynamoItems.ts";
import { partsOfText, textOfParts } from "./partsOfText.ts";

/** A transaction has at most 100 items: 1 head, 1 end of a day, 9 parts of the text (`MAX_PARTS`), and these records. */
export const MAX_BATCH_RECORDS = 40;
/** How long a repeated call is recognised. The API server repeats a call within seconds. */
const CALL_WINDOW_MS = 86_400_000;
const DAY_MS = 86_400_000;
/** Batches stay in the log longer than in the archive, so that a checkpoint is made while their ends are known. */
const SLACK_MS = 40 * DAY_MS;
const MAX_KNOWN = 16;
const PARALLEL_QUERIES = 8;

/**
 * The transaction log of a cluster in a table of DynamoDB. Partition key `pk`: the cluster. Sort key `sk`:
 *
 * | sk | content | expires (attribute `expires`, TTL of the table) |
 * |---|---|---|
 * | `head` | the end of the chain, and `archived` | never |
 * | `batch#NUMBER#PART` | the text of a batch, compressed, see `partsOfText` | 40 days after the retention |
 * | `call#CALL#DIGEST#VERDICT` | `seq` and `leaf` of a record, under its `DecisionKey` | after a day |
 * | `day#DATE` | the end of the chain at the end of a day, for checkpoints | 40 days after the retention |
 *
 * `append` writes all items of a batch in one transaction, on the condition that the head has the number of the batch. The
 * number of a batch is written once. `now` is the clock of DynamoDB, see `StoreClock`. The partition `wait#CLUSTER` has the
 * decisions that wait, see `WaitingDecisions`.
 */
export class DynamoLog implements RecordLog, RetentionLog {
  readonly now: () => number;
  readonly #cluster: string;
  readonly #table: DynamoTable;
  readonly #keepMs: number;
  /** The end that was read or written last. `append` follows it, unless another instance was faster. */
  #end: ChainHead | undefined;
  /** The end that `head` read, for the call of `unarchived` that follows. A batch of another instance makes `append` fail. */
  #read: LoggedEnd | undefined;

  /** `keepMs`: the retention of batches in milliseconds. */
  constructor(cluster: string, table: DynamoTable, keepMs: number) {
    this.now = () => table.now();
    this.#cluster = cluster;
    this.#table = table;
    this.#keepMs = keepMs;
  }

  async head(): Promise<ChainHead> {
    this.#read = await this.#readEnd();
    const { archived: _, ...head } = this.#read;
    return head;
  }

  async find(keys: readonly DecisionKey[]): Promise<readonly KnownRecord[]> {
    const calls = [...new Set(keys.map(({ call }) => call))];
    const found: KnownRecord[] = [];
    for (let first = 0; first < calls.length; first += PARALLEL_QUERIES) {
      const some = calls.slice(first, first + PARALLEL_QUERIES);
      found.push(...(await Promise.all(some.map((call) => this.#findCall(call)))).flat());
    }
    return found;
  }

  async append({ sealed, keys }: LoggedBatch, archived: number): Promise<"appended" | "conflict"> {
    const { batch, head } = sealed;
    const expires = seconds(head.at + this.#keepMs + SLACK_MS);
    const parts = await partsOfText(batchText(sealed));
    const items = [
      this.#put("head", { ...itemOfHead(head), archived: { N: String(archived) } }, headCondition(batch)),
      ...this.#dayItems(sealed.batch, head.at, expires),
      ...parts.map((data, part) =>
        this.#put(
          `${batchPrefix(batch)}#${part}`,
          {
            batch: { N: String(batch) },
            part: { N: String(part) },
            parts: { N: String(parts.length) },
            data: { B: data },
            expires,
          },
          { ConditionExpression: "attribute_not_exists(pk)" },
        ),
      ),
      ...keys.map((key, index) => this.#callItem(key, sealed.records[index], seconds(head.at + CALL_WINDOW_MS))),
    ];
    if ((await this.#table.write(items)) === "conflict") return "conflict";
    this.#end = head;
    return "appended";
  }

  async unarchived(): Promise<readonly UnarchivedBatch[]> {
    const { archived, batch: next, at } = this.#read ?? (await this.#readEnd());
    this.#read = undefined;
    if (archived >= next) return [];
    const last = Math.min(next, archived + 1_000) - 1;
    const range = [`${batchPrefix(archived)}#`, `${batchPrefix(last)}#~`] as const;
    const items = await this.#table.query({ pk: this.#cluster, sk: "sk BETWEEN :a AND :b", values: range });
    const parts = items.map(readPart);
    const batches: UnarchivedBatch[] = [];
    for (let batch = archived; batch <= last; batch += 1) {
      const own = parts.filter((part) => part.batch === batch).sort((one, other) => one.part - other.part);
      if (own.length > 0 && own.length === own[0]?.parts)
        batches.push({ batch, text: await textOfParts(own.map(({ data }) => data)) });
      // The table expires batches after their retention.
      else if (at + this.#keepMs > this.now())
        throw new RecordError("store-conflict", `the log of the records lacks batch ${batch}`);
    }
    return batches;
  }

  /** The end of a day. A cluster without calls has no later day that would note the end of its last one. */
  async cut(beforeMs: number): Promise<ChainHead | undefined> {
    const end = this.#end ?? (await this.#readEnd());
    if (end.batch > 0 && dayKey(end.at) <= dayKey(beforeMs - DAY_MS)) return end;
    const [item] = await this.#table.query({
      pk: this.#cluster,
      sk: "sk BETWEEN :a AND :b",
      // The end of the day before the one that has `beforeMs`, or of an earlier day.
      values: ["day#", dayKey(beforeMs - DAY_MS)],
      limit: 1,
      isDescending: true,
    });
    return item === undefined ? undefined : readCut(item);
  }

  async #readEnd(): Promise<LoggedEnd> {
    const item = await this.#table.get(this.#cluster, "head");
    const end = item === undefined ? { ...EMPTY_CHAIN, archived: 0 } : readHead(item);
    this.#end = end;
    return end;
  }

  async #findCall(call: string): Promise<readonly KnownRecord[]> {
    const values = [`call#${call}#`] as const;
    const items = await this.#table.query({ pk: this.#cluster, sk: "begins_with(sk, :a)", values, limit: MAX_KNOWN });
    return items.map((item) => ({ call, ...readCall(item) }));
  }

  #callItem(
    { call, digest, verdict }: DecisionKey,
    record: { readonly seq: number; readonly leaf: string } | undefined,
    expires: { readonly N: string },
  ): TransactWriteItem {
    if (record === undefined) throw new TypeError("a key of a batch has no record");
    return this.#put(`call#${call}#${digest}#${verdict}`, {
      seq: { N: String(record.seq) },
      leaf: { S: record.leaf },
      expires,
    });
  }

  /** The end of the last day with batches, when the batch begins another day. */
  #dayItems(batch: number, atMs: number, expires: { readonly N: string }): readonly TransactWriteItem[] {
    const end = this.#end;
    if (end === undefined || end.batch !== batch || batch === 0 || dayKey(end.at) === dayKey(atMs)) return [];
    return [this.#put(dayKey(end.at), { ...itemOfHead(end), expires })];
  }

  #put(sk: string, item: DynamoItem, condition: object = {}): TransactWriteItem {
    // The table adds its name.
    return { Put: { TableName: undefined, Item: { pk: { S: this.#cluster }, sk: { S: sk }, ...item }, ...condition } };
  }
}

function headCondition(batch: number): object {
  if (batch === 0) return { ConditionExpression: "attribute_not_exists(pk)" };
  return {
    // BATCH is a reserved word.
    ConditionExpression: "#batch = :batch",
    ExpressionAttributeNames: { "#batch": "batch" },
    ExpressionAttributeValues: { ":batch": { N: String(batch) } },
  };
}

function batchPrefix(batch: number): string {
  return `batch#${String(batch).padStart(12, "0")}`;
}

/** `day#YYYY-MM-DD`, in UTC. */
function dayKey(atMs: number): string {
  return `day#${new Date(atMs).toISOString().slice(0, 10)}`;
}

/** A time in milliseconds as DynamoDB's TTL has it: seconds since 1970. */
function seconds(atMs: number): { readonly N: string } {
  return { N: String(Math.ceil(atMs / 1_000)) };
}
