import * as z from "zod/mini";
import { canonicalJson } from "../../canonicalJson.ts";
import type { Decision } from "../../decision/decisionSchema.ts";
import { decisionKey } from "../../writer/decisionKey.ts";
import type { DynamoTable } from "./DynamoTable.ts";
import { partsOfText, textOfParts } from "./partsOfText.ts";

/** What is left behind by an instance that ended is committed by another, or expires. */
const EXPIRES_MS = 3_600_000;

const itemSchema = z.object({ sk: z.object({ S: z.string() }), data: z.object({ B: z.instanceof(Uint8Array) }) });

/** What a writer reads of a decision. Postern wrote the rest as well: the role of the function writes the table. */
const decisionSchema = z.looseObject({
  cluster: z.string(),
  request: z.looseObject({
    uid: z.string(),
    purpose: z.string(),
    digest: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  }),
  verdict: z.looseObject({
    allowed: z.boolean(),
    policies: z.array(z.looseObject({ policy: z.string(), mode: z.string(), result: z.string() })),
  }),
});

/**
 * Decisions of a cluster that wait for a commit by any instance. Each is an item of the log's table: `pk` is `wait#CLUSTER`,
 * `sk` its key, so that it waits once. A decision that is committed twice has one record, see `ChainWriter`; so nothing is
 * lost or doubled when an item stays, or is deleted by two instances.
 */
export class WaitingDecisions {
  readonly #cluster: string;
  readonly #table: DynamoTable;

  constructor(cluster: string, table: DynamoTable) {
    this.#cluster = cluster;
    this.#table = table;
  }

  /** Adds decisions. Rejects with {@link RecordError}, as do the other methods. */
  async add(decisions: readonly Decision[]): Promise<void> {
    const expires = { N: String(Math.ceil((this.#table.now() + EXPIRES_MS) / 1_000)) };
    await this.#table.write(
      await Promise.all(
        decisions.map(async (decision) => {
          const [data = new Uint8Array()] = await partsOfText(canonicalJson(decision));
          return {
            Put: { TableName: undefined, Item: { ...(await this.#key(decision)), data: { B: data }, expires } },
          };
        }),
      ),
    );
  }

  /** Decisions that wait, at most `limit`, without those of `own`. What cannot be read is left out. */
  async others(own: readonly Decision[], limit: number): Promise<readonly Decision[]> {
    if (limit < 1) return [];
    const items = await this.#table.query({
      pk: this.#pk,
      sk: "begins_with(sk, :a)",
      values: ["call#"],
      limit: limit + own.length,
    });
    const ownKeys = new Set((await Promise.all(own.map((it) => this.#key(it)))).map(({ sk }) => sk.S));
    const read = await Promise.all(items.map((item) => this.#read(itemSchema.safeParse(item).data, ownKeys)));
    return read.filter((it) => it !== undefined).slice(0, limit);
  }

  /** Removes decisions that are committed. */
  async remove(decisions: readonly Decision[]): Promise<void> {
    await this.#table.write(
      await Promise.all(
        decisions.map(async (decision) => ({ Delete: { TableName: undefined, Key: await this.#key(decision) } })),
      ),
    );
  }

  get #pk(): string {
    return `wait#${this.#cluster}`;
  }

  async #key(decision: Decision): Promise<{ readonly pk: { S: string }; readonly sk: { S: string } }> {
    const { call, digest, verdict } = await decisionKey(decision);
    return { pk: { S: this.#pk }, sk: { S: `call#${call}#${digest}#${verdict}` } };
  }

  async #read(
    item: z.infer<typeof itemSchema> | undefined,
    ownKeys: ReadonlySet<string>,
  ): Promise<Decision | undefined> {
    if (item === undefined || ownKeys.has(item.sk.S)) return undefined;
    try {
      const decision: unknown = JSON.parse(await textOfParts([item.data.B]));
      if (!isDecision(decision) || decision.cluster !== this.#cluster) return undefined;
      return (await this.#key(decision)).sk.S === item.sk.S ? decision : undefined;
    } catch {
      return undefined;
    }
  }
}

function isDecision(value: unknown): value is Decision {
  return decisionSchema.safeParse(value).success;
}
