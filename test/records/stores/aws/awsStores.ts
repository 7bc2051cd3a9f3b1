import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  type QueryCommandOutput,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { RecordSigner } from "../../../../src/records/chain/RecordSigner.ts";
import type { Decision } from "../../../../src/records/decision/decisionSchema.ts";
import type { AwsLimits } from "../../../../src/records/stores/aws/awsClientConfig.ts";
import { DynamoLog } from "../../../../src/records/stores/aws/DynamoLog.ts";
import { DynamoTable } from "../../../../src/records/stores/aws/DynamoTable.ts";
import { openDynamo } from "../../../../src/records/stores/aws/openDynamo.ts";
import { openS3 } from "../../../../src/records/stores/aws/openS3.ts";
import { S3Archive } from "../../../../src/records/stores/aws/S3Archive.ts";
import { S3Bucket } from "../../../../src/records/stores/aws/S3Bucket.ts";
import { ChainWriter } from "../../../../src/records/writer/ChainWriter.ts";
import { MotoServer } from "../../../announcement/providers/MotoServer.ts";
import { patience } from "../../../run/speedFactor.ts";
import { FaultProxy } from "./FaultProxy.ts";

export const TABLE = "postern-records";
export const BUCKET = "postern-records";
export const DAY_MS = 86_400_000;
export const REGION = "eu-central-1";
/** Long enough for moto on a busy machine. */
export const TEST_LIMITS: AwsLimits = { attemptMs: patience(5_000), callMs: patience(10_000), attempts: 2 };

/** One instance of a writer, with what it is made of. */
export interface Instance {
  readonly writer: ChainWriter;
  readonly log: DynamoLog;
  readonly archive: S3Archive;
}

/** moto with the table and the bucket, behind a proxy. Tests use clusters of their own. */
export class AwsStoresForTest {
  readonly moto: MotoServer;
  readonly proxy: FaultProxy;
  readonly jwk: JWK;
  readonly signer: RecordSigner;
  readonly #dynamo: DynamoDBClient;
  readonly #s3: S3Client;

  private constructor(moto: MotoServer, proxy: FaultProxy, jwk: JWK) {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "testing", AWS_SECRET_ACCESS_KEY: "SECRET", AWS_REGION: REGION });
    this.moto = moto;
    this.proxy = proxy;
    this.jwk = jwk;
    this.signer = new RecordSigner(jwk);
    this.#dynamo = new DynamoDBClient({ region: REGION, endpoint: moto.url });
    this.#s3 = new S3Client({ region: REGION, endpoint: moto.url, forcePathStyle: true });
  }

  static async start(binary: string): Promise<AwsStoresForTest> {
    const moto = await MotoServer.start(binary);
    const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
    const stores = new AwsStoresForTest(moto, await FaultProxy.start(moto.url), await exportJWK(privateKey));
    await stores.#dynamo.send(
      new CreateTableCommand({
        TableName: TABLE,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      }),
    );
    await waitUntilTableExists({ client: stores.#dynamo, maxWaitTime: 60 }, { TableName: TABLE });
    await stores.makeBucket(BUCKET, true);
    return stores;
  }

  async makeBucket(Bucket: string, ObjectLockEnabledForBucket: boolean): Promise<void> {
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    await this.#s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket, CreateBucketConfiguration }));
  }

  /** The environment of clients that go through the proxy. */
  get env(): Readonly<Record<string, string>> {
    return { AWS_REGION: REGION, AWS_ENDPOINT_URL: this.proxy.url };
  }

  /** A writer with clients of its own, as another Lambda instance has. */
  async instance(cluster: string, limits = TEST_LIMITS, monotonicMs?: () => number): Promise<Instance> {
    const deps = { env: this.env, limits };
    const log = new DynamoLog(cluster, new DynamoTable(TABLE, await openDynamo(deps, monotonicMs)), DAY_MS);
    const bucket = new S3Bucket(BUCKET, await openS3(deps));
    const archive = new S3Archive(bucket, { cluster, prefix: "", keepMs: DAY_MS, now: log.now });
    return { log, archive, writer: new ChainWriter(cluster, { log, archive, signer: this.signer }) };
  }

  /** The items of a cluster in the table, without the proxy. */
  async items(cluster: string): Promise<NonNullable<QueryCommandOutput["Items"]>> {
    const pages = paginateQuery(
      { client: this.#dynamo },
      {
        TableName: TABLE,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": { S: cluster } },
      },
    );
    const items: NonNullable<QueryCommandOutput["Items"]> = [];
    for await (const { Items = [] } of pages) items.push(...Items);
    return items;
  }

  /** The keys of a cluster in the bucket, and their texts, without the proxy. */
  async objects(cluster: string): Promise<ReadonlyMap<string, string>> {
    const { Contents = [] } = await this.#s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: `${cluster}/` }));
    const texts = new Map<string, string>();
    for (const { Key = "" } of Contents) {
      const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      texts.set(Key.slice(cluster.length + 1), (await Body?.transformToString()) ?? "");
    }
    return texts;
  }

  /** Deletes the batches before a number as the lifecycle rule does: their versions stay until the lock ends. */
  async deleteBatches(cluster: string, before: number): Promise<void> {
    for (const key of (await this.objects(cluster)).keys())
      if (!key.startsWith("~") && Number.parseInt(key, 10) < before)
        await this.#s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `${cluster}/${key}` }));
  }

  /** Changes attributes of an item in the table. */
  async change(cluster: string, key: string, change: Record<string, AttributeValue>): Promise<void> {
    const item = (await this.items(cluster)).find(({ sk }) => sk?.S === key);
    await this.#dynamo.send(new PutItemCommand({ TableName: TABLE, Item: { ...item, ...change } }));
  }

  /** Deletes all items of a cluster in the table. */
  async empty(cluster: string): Promise<void> {
    for (const { pk, sk } of await this.items(cluster))
      if (pk && sk) await this.#dynamo.send(new DeleteItemCommand({ TableName: TABLE, Key: { pk, sk } }));
  }

  get s3(): S3Client {
    return this.#s3;
  }

  async stop(): Promise<void> {
    this.#dynamo.destroy();
    this.#s3.destroy();
    await this.proxy.stop();
    await this.moto.stop();
  }
}

/** A decision about one review. */
export function decisionFor(cluster: string, uid: string, more: Partial<Decision["request"]> = {}): Decision {
  return {
    apiVersion: "records.postern.dev/v1",
    kind: "Decision",
    cluster,
    identity: { tier: "none" },
    user: { name: "alice" },
    request: {
      uid,
      digest: "d".repeat(64),
      purpose: "validate",
      operation: "CREATE",
      subresource: "",
      namespace: "shop",
      name: "web",
      dryRun: false,
      ...more,
    },
    verdict: { allowed: true, policies: [], warnings: [] },
    durationMs: 1,
    gate: { name: "test" },
  };
}

/** The numbers of the records in the texts of batches, in their order. */
export function seqsOf(texts: Iterable<string>): number[] {
  return [...texts].flatMap((text) =>
    text
      .split("\n")
      .filter((line) => line.includes('"decision":'))
      .map((line) => Number(/"seq":(\d+)/.exec(line)?.[1])),
  );
}
