import { withTimeLimit } from "../../../http/withTimeLimit.ts";
import type { Log } from "../../../telemetry/Log.ts";
import type { Decision } from "../../decision/decisionSchema.ts";
import { ChainWriter, type Receipt } from "../../writer/ChainWriter.ts";
import { GroupCommit } from "../../writer/GroupCommit.ts";
import { type RetentionStores, retain } from "../../writer/retain.ts";
import { type AwsLimits, openDynamo, openS3 } from "./AwsClients.ts";
import type { AwsStores } from "./awsSettings.ts";
import { DynamoLog, MAX_BATCH_RECORDS } from "./DynamoLog.ts";
import { DynamoTable } from "./DynamoTable.ts";
import { S3Archive } from "./S3Archive.ts";
import { S3Bucket } from "./S3Bucket.ts";

/** What {@link AwsChains} needs. */
export interface AwsChainsDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly limits: AwsLimits;
  /** A clock that no setting of the time moves, in milliseconds. */
  readonly monotonicMs: () => number;
}

interface Chain {
  readonly commit: GroupCommit<Decision, Receipt>;
}

/** An instance of a Lambda seldom serves many clusters. A chain that is opened again reads its head again. */
const MAX_CHAINS = 256;
/** Decisions of one cluster that wait for a commit. A Lambda has one call at a time, or a few. */
const MAX_WAITING = 256;
/** Retention runs before an answer, so it must not use up the time of the call. The next run continues. */
const RETENTION_LIMIT_MS = 1_000;
const DAY_MS = 86_400_000;
/** When a run of the retention failed. */
const RETRY_MS = 3_600_000;

/**
 * The chains of a Lambda instance: one writer and one group commit for each cluster, over DynamoDB and S3. Other instances
 * write the same chains. The SDK is loaded and the clients are made at the first decision.
 */
export class AwsChains {
  readonly #stores: AwsStores;
  readonly #deps: AwsChainsDeps;
  readonly #chains = new Map<string, Chain>();
  #opened: Promise<{ readonly table: DynamoTable; readonly bucket: S3Bucket }> | undefined;

  constructor(stores: AwsStores, deps: AwsChainsDeps) {
    this.#stores = stores;
    this.#deps = deps;
  }

  /** Resolves once DynamoDB and S3 have the decision. Rejects with {@link RecordError}. */
  add(decision: Decision): Promise<Receipt> {
    const { cluster } = decision;
    const chain = this.#chains.get(cluster) ?? this.#newChain(cluster);
    // A map has the order of insertion: the first is the one that was unused for longest.
    this.#chains.delete(cluster);
    this.#chains.set(cluster, chain);
    for (const oldest of this.#chains.keys()) {
      if (this.#chains.size <= MAX_CHAINS) break;
      this.#chains.delete(oldest);
    }
    return chain.commit.add(decision);
  }

  #newChain(cluster: string): Chain {
    let ready: { readonly writer: ChainWriter; readonly stores: RetentionStores; readonly log: DynamoLog } | undefined;
    let retainAtMs = Number.NEGATIVE_INFINITY;
    const commit = async (decisions: readonly Decision[]): Promise<readonly Receipt[]> => {
      ready ??= await this.#storesOf(cluster);
      const receipts = await ready.writer.commit(decisions);
      const localMs = this.#deps.monotonicMs();
      if (localMs >= retainAtMs)
        retainAtMs = localMs + ((await this.#retain(cluster, ready.log.now(), ready.stores)) ? DAY_MS : RETRY_MS);
      return receipts;
    };
    return { commit: new GroupCommit(commit, { batch: MAX_BATCH_RECORDS, waiting: MAX_WAITING }) };
  }

  async #storesOf(
    cluster: string,
  ): Promise<{ readonly writer: ChainWriter; readonly stores: RetentionStores; readonly log: DynamoLog }> {
    this.#opened ??= this.#open();
    const { table, bucket } = await this.#opened.catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    const { prefix, keepMs, signer } = this.#stores;
    const log = new DynamoLog(cluster, table, keepMs);
    const archive = new S3Archive(bucket, { cluster, prefix, keepMs, now: log.now });
    return {
      writer: new ChainWriter(cluster, { log, archive, signer }),
      stores: { log, archive, signer, keepMs },
      log,
    };
  }

  async #open(): Promise<{ readonly table: DynamoTable; readonly bucket: S3Bucket }> {
    const { monotonicMs } = this.#deps;
    const [dynamo, s3] = await Promise.all([openDynamo(this.#deps, monotonicMs), openS3(this.#deps)]);
    return { table: new DynamoTable(this.#stores.table, dynamo), bucket: new S3Bucket(this.#stores.bucket, s3) };
  }

  /** Once a day. A failure is a log line: the records are written already. */
  async #retain(cluster: string, nowMs: number, stores: RetentionStores): Promise<boolean> {
    try {
      await withTimeLimit(RETENTION_LIMIT_MS, () => retain(cluster, nowMs, stores));
      return true;
    } catch (error) {
      this.#deps.log.warn("the retention of records was not applied; it is tried again", { cluster, error });
      return false;
    }
  }
}
