import type { ChainHead } from "../../chain/ChainHead.ts";
import { checkpointKey } from "../../chain/checkpoint.ts";
import type { RecordSource } from "../../chain/RecordSource.ts";
import type { StoreRetention } from "../../writer/StoreRetention.ts";
import { type AwsClientDeps, READ_LIMITS } from "./awsClientConfig.ts";
import { DynamoLog } from "./DynamoLog.ts";
import { DynamoTable } from "./DynamoTable.ts";
import { openDynamo } from "./openDynamo.ts";
import { openS3 } from "./openS3.ts";
import { S3Archive } from "./S3Archive.ts";
import { S3Bucket } from "./S3Bucket.ts";
import { S3Source } from "./S3Source.ts";

/** Where the records are, and how long they are kept. */
export interface AwsRetentionSettings {
  readonly table: string;
  readonly bucket: string;
  /** Before the keys of the bucket: empty, or a path that ends with `/`. */
  readonly prefix: string;
  readonly keepMs: number;
}

/**
 * The retention of a table and a bucket. Gates may write meanwhile: both put the same checkpoint. One that is there already
 * stays, also where it was signed with an earlier key.
 */
export class AwsRetention implements StoreRetention {
  readonly source: RecordSource;
  readonly deletedBy = "lifecycle-rule";
  readonly #settings: AwsRetentionSettings;
  readonly #table: DynamoTable;
  readonly #bucket: S3Bucket;

  private constructor(settings: AwsRetentionSettings, table: DynamoTable, bucket: S3Bucket) {
    this.#settings = settings;
    this.#table = table;
    this.#bucket = bucket;
    const head = async (cluster: string) => {
      const found = await this.#log(cluster).head();
      return found.batch === 0 ? undefined : found;
    };
    this.source = new S3Source({ bucket, prefix: settings.prefix, head });
  }

  /** Rejects with {@link RecordError} `wrong-setting` without the SDK. */
  static async open(settings: AwsRetentionSettings, env: AwsClientDeps["env"]): Promise<AwsRetention> {
    const deps = { env, limits: READ_LIMITS };
    const [dynamo, s3] = await Promise.all([openDynamo(deps), openS3(deps)]);
    return new AwsRetention(settings, new DynamoTable(settings.table, dynamo), new S3Bucket(settings.bucket, s3));
  }

  async chain(cluster: string): ReturnType<StoreRetention["chain"]> {
    const { prefix, keepMs } = this.#settings;
    const log = this.#log(cluster);
    await log.head();
    const nowMs = log.now();
    const archive = new S3Archive(this.#bucket, { cluster, prefix, keepMs, now: log.now });
    const cut = async (beforeMs: number): Promise<ChainHead | undefined> => {
      const head = await log.cut(beforeMs);
      return head === undefined || (await this.#hasCheckpoint(cluster, head.batch)) ? undefined : head;
    };
    return { log: { cut }, archive, nowMs };
  }

  close(): void {
    // The clients hold only idle connections, which do not keep a process.
  }

  #log(cluster: string): DynamoLog {
    return new DynamoLog(cluster, this.#table, this.#settings.keepMs);
  }

  async #hasCheckpoint(cluster: string, batch: number): Promise<boolean> {
    const path = `${this.#settings.prefix}${cluster}/${checkpointKey(batch)}`;
    for await (const { keys } of this.#bucket.list(path)) if (keys.includes(path)) return true;
    return false;
  }
}
