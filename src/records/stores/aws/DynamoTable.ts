import type { QueryCommandInput, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { RecordError } from "../../RecordError.ts";
import { callAws } from "./awsFailure.ts";
import type { DynamoItem } from "./dynamoItems.ts";
import type { DynamoAccess } from "./openDynamo.ts";

/** A range of items of one partition. */
export interface DynamoRange {
  readonly pk: string;
  /** A condition on the sort key, with `:a` and `:b` for the values. */
  readonly sk: "begins_with(sk, :a)" | "sk BETWEEN :a AND :b";
  readonly values: readonly [string] | readonly [string, string];
  readonly limit?: number;
  /** From the last to the first. */
  readonly isDescending?: boolean;
}

/** The limit on pages of one range. A page has at most 1 MB. */
const MAX_PAGES = 64;

/**
 * A table with the partition key `pk` and the sort key `sk`. Each call has a time limit; all reads are strongly consistent.
 * All methods reject with {@link RecordError} `store-unavailable`.
 */
export class DynamoTable {
  readonly #name: string;
  readonly #access: DynamoAccess;

  constructor(name: string, access: DynamoAccess) {
    this.#name = name;
    this.#access = access;
  }

  /** The clock of DynamoDB, see `StoreClock`. */
  now(): number {
    return this.#access.clock.now();
  }

  async get(pk: string, sk: string): Promise<DynamoItem | undefined> {
    const { sdk, client, limits } = this.#access;
    const Key = { pk: { S: pk }, sk: { S: sk } };
    const command = new sdk.GetItemCommand({ TableName: this.#name, Key, ConsistentRead: true });
    const { Item } = await callAws("DynamoDB GetItem", limits.callMs, (abortSignal) =>
      client.send(command, { abortSignal }),
    );
    return Item;
  }

  /** The items of a range in the order of their sort keys: all, or the first `limit`. */
  async query({ pk, sk, values, limit, isDescending = false }: DynamoRange): Promise<readonly DynamoItem[]> {
    const { sdk, client, limits } = this.#access;
    const [a, b] = values;
    const input: QueryCommandInput = {
      TableName: this.#name,
      ConsistentRead: true,
      KeyConditionExpression: `pk = :pk AND ${sk}`,
      ExpressionAttributeValues: { ":pk": { S: pk }, ":a": { S: a }, ...(b === undefined ? {} : { ":b": { S: b } }) },
      ScanIndexForward: !isDescending,
      ...(limit === undefined ? {} : { Limit: limit }),
    };
    const items: DynamoItem[] = [];
    let from: QueryCommandInput["ExclusiveStartKey"];
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const command = new sdk.QueryCommand({ ...input, ...(from === undefined ? {} : { ExclusiveStartKey: from }) });
      const { Items = [], LastEvaluatedKey } = await callAws("DynamoDB Query", limits.callMs, (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      items.push(...Items);
      from = LastEvaluatedKey;
      if (from === undefined || (limit !== undefined && items.length >= limit)) return items;
    }
    throw new RecordError("store-unavailable", "DynamoDB Query: the range has too many pages");
  }

  /**
   * Puts and deletes all items or none. `conflict`: the condition of the first item does not hold, or another transaction writes the
   * same items. Rejects with {@link RecordError} `store-conflict` when only the condition of a later item does not hold.
   */
  async write(items: readonly TransactWriteItem[]): Promise<"written" | "conflict"> {
    const { sdk, client, limits } = this.#access;
    const TransactItems = items.map(({ Put, Delete }) => ({
      ...(Put === undefined ? {} : { Put: { ...Put, TableName: this.#name } }),
      ...(Delete === undefined ? {} : { Delete: { ...Delete, TableName: this.#name } }),
    }));
    const command = new sdk.TransactWriteItemsCommand({ TransactItems });
    return callAws("DynamoDB TransactWriteItems", limits.callMs, async (abortSignal) => {
      try {
        await client.send(command, { abortSignal });
        return "written";
      } catch (error) {
        if (!(error instanceof sdk.TransactionCanceledException)) throw error;
        return cancelled((error.CancellationReasons ?? []).map(({ Code = "None" }) => Code));
      }
    });
  }
}

/** What the reasons of a cancelled transaction mean: one for each item, `None` where the item is not one. */
function cancelled(codes: readonly string[]): "conflict" {
  if (codes[0] === "ConditionalCheckFailed" || codes.includes("TransactionConflict")) return "conflict";
  if (codes.includes("ConditionalCheckFailed"))
    throw new RecordError("store-conflict", "the log has a batch that its head does not know");
  const reason = codes.find((code) => code !== "None" && /^[A-Za-z]{3,60}$/.test(code)) ?? "cancelled";
  throw new RecordError("store-unavailable", `DynamoDB TransactWriteItems: ${reason}`);
}
