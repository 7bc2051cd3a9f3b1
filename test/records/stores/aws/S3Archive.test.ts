import {
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openS3 } from "../../../../src/records/stores/aws/openS3.ts";
import { S3Archive } from "../../../../src/records/stores/aws/S3Archive.ts";
import { S3Bucket } from "../../../../src/records/stores/aws/S3Bucket.ts";
import { motoBinary } from "../../../announcement/providers/MotoServer.ts";
import { patience } from "../../../run/speedFactor.ts";
import { AwsStoresForTest, BUCKET, DAY_MS, TEST_LIMITS } from "./awsStores.ts";

const binary = motoBinary();

describe.skipIf(binary === undefined)("S3Archive with moto (skipped without it)", () => {
  let stores: AwsStoresForTest;
  let now: number;
  beforeAll(async () => {
    stores = await AwsStoresForTest.start(binary ?? "");
    now = performance.timeOrigin + performance.now();
  }, patience(120_000));
  afterEach(() => {
    stores.proxy.fault = () => undefined;
  });
  afterAll(() => stores?.stop());

  async function archive(cluster: string, bucket = BUCKET, prefix = "records/"): Promise<S3Archive> {
    const access = await openS3({ env: stores.env, limits: TEST_LIMITS });
    return new S3Archive(new S3Bucket(bucket, access), { cluster, prefix, keepMs: DAY_MS, now: () => now });
  }

  it("locks an object in compliance mode until its retention ends, and nobody can delete the version", async () => {
    await (await archive("locked")).put("000000000000.jsonl", "text\n");
    const at = { Bucket: BUCKET, Key: "records/locked/000000000000.jsonl" };
    const head = await stores.s3.send(new HeadObjectCommand(at));
    expect(head.ObjectLockMode).toBe("COMPLIANCE");
    expect(Math.abs((head.ObjectLockRetainUntilDate?.getTime() ?? 0) - (now + DAY_MS))).toBeLessThan(1_000);
    const { Versions = [] } = await stores.s3.send(new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: at.Key }));
    expect(Versions.length).toBe(1);
    const deletion = new DeleteObjectCommand({ ...at, VersionId: Versions[0]?.VersionId });
    await expect(stores.s3.send(deletion)).rejects.toMatchObject({ name: "AccessDenied" });
  });

  it.each([
    ["000000000000.jsonl", [{ Key: "postern", Value: "batch" }]],
    ["~checkpoint-000000000001.json", []],
  ])("gives %s the tags that the lifecycle rule reads: %j", async (key, tags) => {
    await (await archive("tagged")).put(key, "text\n");
    const at = { Bucket: BUCKET, Key: `records/tagged/${key}` };
    expect((await stores.s3.send(new GetObjectTaggingCommand(at))).TagSet).toEqual(tags);
  });

  it.each([
    ["the same text", "one\n", undefined],
    ["another text", "two\n", "store-conflict"],
    ["a longer text", "one\n".repeat(1_000), "store-conflict"],
  ])("a key that has %s", async (name, there, code) => {
    const cluster = name.replaceAll(" ", "-");
    const Key = `records/${cluster}/k`;
    await stores.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: there }));
    const put = (await archive(cluster)).put("k", "one\n");
    if (code === undefined) await expect(put).resolves.toBeUndefined();
    else await expect(put).rejects.toMatchObject({ name: "RecordError", code });
  });

  it("two puts of one key at the same time leave one version", async () => {
    await Promise.all([(await archive("both")).put("k", "one\n"), (await archive("both")).put("k", "one\n")]);
    const { Versions = [] } = await stores.s3.send(
      new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: "records/both/" }),
    );
    expect(Versions.length).toBe(1);
  });

  it.each([
    // AmazonS3/latest/userguide/conditional-writes.html: another write of the key runs. moto has no such answer.
    [
      "another write of the key runs",
      { status: 409, body: "<Error><Code>ConditionalRequestConflict</Code><Message>x</Message></Error>" },
    ],
    ["access is denied", { status: 403, body: "<Error><Code>AccessDenied</Code><Message>x</Message></Error>" }],
    ["a proxy answers with status 200", { status: 200, body: "<html>" }],
    ["the bucket is gone", { status: 404, body: "<Error><Code>NoSuchBucket</Code><Message>x</Message></Error>" }],
  ])("rejects when %s, and the next put succeeds", async (name, answer) => {
    const own = await archive(name.replaceAll(" ", "-"));
    stores.proxy.fault = (call) => (call.name.startsWith("S3 PUT") ? answer : undefined);
    await expect(own.put("k", "one\n")).rejects.toMatchObject({ name: "RecordError", code: "store-unavailable" });
    stores.proxy.fault = () => undefined;
    await own.put("k", "one\n");
  });

  it("refuses a bucket without Object Lock", async () => {
    await stores.makeBucket("unlocked", false);
    await expect((await archive("c", "unlocked")).put("k", "one\n")).rejects.toMatchObject({
      code: "store-unavailable",
    });
  });
});
