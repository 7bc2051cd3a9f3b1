import { withTimeLimit } from "../../../http/withTimeLimit.ts";
import type { Log } from "../../../telemetry/Log.ts";
import type { Decision } from "../../decision/decisionSchema.ts";
import { ChainWriter, type Receipt } from "../../writer/ChainWriter.ts";
import { GroupCommit } from "../../writer/GroupCommit.ts";
import { type RetentionStores, retain } from "../../writer/retain.ts";
import type { AwsLimits } from "./awsClientConfig.ts";
import type { AwsStores } from "./awsSettings.ts";
import { commitShared, type SharedCommit } from "./commitShared.ts";
import { DynamoLog, MAX_BATCH_RECORDS } from "./DynamoLog.ts";
import { DynamoTable } from "./DynamoTable.ts";
import { openDynamo } from "./openDynamo.ts";
import { openS3 } from "./openS3.ts";
import { S3Archive } from "./S3Archive.ts";
import { S3Bucket } from "./S3Bucket.ts";
import { WaitingDecisions } from "./WaitingDecisions.ts";

/** What {@link AwsChains} needs. */
export interface AwsChainsDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly limits: AwsLimits;
  /** A clock that no setting of the time moves, in milliseconds. */
  readonly monotonicMs: () => number;
  /** From 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

interface Chain {
  readonly shared: SharedCommit;
  readonly stores: RetentionStores;
  readonly log: DynamoLog;
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
  readonly #chains = new Map<string, GroupCommit<Decision, Receipt>>();
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
    return chain.add(decision);
  }

  #newChain(cluster: string): GroupCommit<Decision, Receipt> {
    let chain: Chain | undefined;
    let retainAtMs = Number.NEGATIVE_INFINITY;
    const commit = async (decisions: readonly Decision[]): Promise<readonly Receipt[]> => {
      chain ??= await this.#openChain(cluster);
      const receipts = await commitShared(decisions, chain.shared);
      const localMs = this.#deps.monotonicMs();
      if (localMs >= retainAtMs)
        retainAtMs = localMs + ((await this.#retain(cluster, chain.log.now(), chain.stores)) ? DAY_MS : RETRY_MS);
      return receipts;
    };
    return new GroupCommit(commit, { batch: MAX_BATCH_RECORDS, waiting: MAX_WAITING });
  }

  async #openChain(cluster: string): Promise<Chain> {
    this.#opened ??= this.#open();
    const { table, bucket } = await this.#opened.catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    const { prefix, keepMs, signer } = this.#stores;
    const log = new DynamoLog(cluster, table, keepMs);
    const archive = new S3Archive(bucket, { cluster, prefix, keepMs, now: log.now });
    const { random = Math.random } = this.#deps;
    const shared: SharedCommit = {
      writer: new ChainWriter(cluster, { log, archive, signer }),
      waiting: new WaitingDecisions(cluster, table),
      batch: MAX_BATCH_RECORDS,
      pause: (longestMs) => new Promise((resolve) => setTimeout(resolve, random() * longestMs)),
    };
    return { shared, stores: { log, archive, signer, keepMs }, log };
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
