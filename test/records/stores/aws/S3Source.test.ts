import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { RecordSource, SourceLine } from "../../../../src/records/chain/RecordSource.ts";
import { openS3Source } from "../../../../src/records/stores/aws/openS3Source.ts";
import { motoBinary } from "../../../announcement/providers/MotoServer.ts";
import { patience } from "../../../run/speedFactor.ts";
import { AwsStoresForTest } from "./awsStores.ts";

const binary = motoBinary();

async function linesOf(source: RecordSource, cluster: string): Promise<SourceLine[]> {
  const lines: SourceLine[] = [];
  for await (const line of source.lines(cluster)) lines.push(line);
  return lines;
}

describe.skipIf(binary === undefined)("S3Source with moto (skipped without it)", () => {
  let stores: AwsStoresForTest;
  beforeAll(async () => {
    stores = await AwsStoresForTest.start(binary ?? "");
    await stores.makeBucket("sources", false);
    const put = (Key: string, Body: string | Uint8Array): Promise<unknown> =>
      stores.s3.send(new PutObjectCommand({ Bucket: "sources", Key, Body }));
    await put("p/one/000000000000.jsonl", "a\nb\n");
    await put("p/one/000000000001.jsonl", "c\u2028d\n");
    await put("p/one/~checkpoint-000000000001.json", "checkpoint\n");
    await put("p/two/000000000000.jsonl", Uint8Array.of(0xff, 10));
    await put("other/three/000000000000.jsonl", "x\n");
    for (let batch = 0; batch < 25; batch += 1)
      await put(`pages/c/${String(batch).padStart(12, "0")}.jsonl`, `${batch}\n`);
  }, patience(120_000));
  afterEach(() => {
    stores.proxy.fault = () => undefined;
  });
  afterAll(() => stores?.stop());

  it("lists the clusters below its prefix", async () => {
    const source = await openS3Source("s3://sources/p", stores.env);
    expect([source.name, await source.clusters()]).toEqual(["s3://sources/p/", ["one", "two"]]);
  });

  it("reads checkpoints first, then the batches in their order, and says where each line is", async () => {
    const source = await openS3Source("s3://sources/p/", stores.env);
    expect(await linesOf(source, "one")).toEqual([
      { text: "checkpoint", where: "s3://sources/p/one/~checkpoint-000000000001.json:1" },
      { text: "a", where: "s3://sources/p/one/000000000000.jsonl:1" },
      { text: "b", where: "s3://sources/p/one/000000000000.jsonl:2" },
      { text: "c\u2028d", where: "s3://sources/p/one/000000000001.jsonl:1" },
    ]);
    expect(await linesOf(source, "none")).toEqual([]);
  });

  it("marks bytes that are not UTF-8", async () => {
    const [line] = await linesOf(await openS3Source("s3://sources/p", stores.env), "two");
    expect(line?.where).toBe("s3://sources/p/two/000000000000.jsonl:1");
    expect(JSON.stringify(line)).toContain("not UTF-8");
  });

  it("reads all pages of a listing", async () => {
    const source = await openS3Source("s3://sources/pages", stores.env, { pageKeys: 10 });
    expect((await linesOf(source, "c")).map(({ text }) => text)).toEqual([...Array(25).keys()].map(String));
    expect(stores.proxy.takeNames().filter((name) => name.includes("list-type=2")).length).toBeGreaterThan(3);
  });

  it.each([
    ["a listing fails", "list-type"],
    ["an object cannot be read", ".jsonl"],
  ])("rejects when %s", async (_, part) => {
    const source = await openS3Source("s3://sources/p", stores.env);
    stores.proxy.fault = ({ name }) => (name.includes(part) ? { status: 403 } : undefined);
    await expect(linesOf(source, "one")).rejects.toMatchObject({ name: "RecordError", code: "store-unavailable" });
  });
});

it.each(["s3://", "s3://a", "s3://UPPER/x", "https://bucket/x", "s3://bucket?x"])("refuses the URL %s", async (url) => {
  await expect(openS3Source(url, {})).rejects.toMatchObject({ name: "RecordError", code: "wrong-setting" });
});
