import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchKey } from "../../../../src/records/chain/batchText.ts";
import { motoBinary } from "../../../announcement/providers/MotoServer.ts";
import { AwsStoresForTest } from "../../../records/stores/aws/awsStores.ts";
import { patience } from "../../../run/speedFactor.ts";
import { runPostern } from "../../runPostern.ts";
import { RecordsBed } from "../RecordsBed.ts";

const binary = motoBinary();

describe.skipIf(binary === undefined)("postern records of a bucket with moto (skipped without it)", () => {
  let stores: AwsStoresForTest;
  beforeAll(async () => {
    stores = await AwsStoresForTest.start(binary ?? "");
    await stores.makeBucket("chains", false);
  }, patience(120_000));
  afterAll(() => stores?.stop());

  async function put(prefix: string, batches: readonly string[]): Promise<void> {
    for (const [batch, Body] of batches.entries())
      await stores.s3.send(
        new PutObjectCommand({ Bucket: "chains", Key: `${prefix}/production/${batchKey(batch)}`, Body }),
      );
  }

  it("verifies, proves and queries it", async () => {
    const bed = RecordsBed.create();
    await put("honest", (await bed.chain([3, 4, 2])).batches);
    const { env } = stores;
    const source = "s3://chains/honest";
    expect(await runPostern(["records", "verify", "--key", bed.keys, source], { env })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^production: 9 records in 3 batches, no findings/),
      err: "",
    });
    const { out } = await runPostern(["records", "prove", "00000000-0000-4000-8000-000000000004", source], { env });
    expect(await runPostern(["records", "check", "--key", bed.keys, "-"], { stdin: out })).toMatchObject({ code: 0 });
    expect(await runPostern(["records", "query", "--user", "jane", source], { env })).toMatchObject({
      code: 0,
      err: "2 of 9 records\n",
    });
  });

  it("names the object and the line of a change", async () => {
    const bed = RecordsBed.create();
    const { batches } = await bed.chain([3, 4, 2]);
    await put("changed", batches.with(1, (batches[1] ?? "").replace("web-4", "web-x")));
    const args = ["records", "verify", "--key", bed.keys, "s3://chains/changed/"];
    expect(await runPostern(args, { env: stores.env })).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /^changed-record {2}s3:\/\/chains\/changed\/production\/000000000001\.jsonl:2\n {2}record 4 was changed/,
      ),
    });
  });

  it.each<[what: string, source: string, err: RegExp]>([
    ["without records", "s3://chains/empty", /^postern: s3:\/\/chains\/empty\/: has no records\n$/],
    ["that is not there", "s3://no-such-bucket/", /^postern: [^\n]*NoSuchBucket[^\n]*\n$/],
  ])("says in one line that a bucket %s cannot be read", async (_, source, err) => {
    const { env } = stores;
    expect(await runPostern(["records", "query", source], { env })).toEqual({
      code: 2,
      out: "",
      err: expect.stringMatching(err),
    });
  });
});
