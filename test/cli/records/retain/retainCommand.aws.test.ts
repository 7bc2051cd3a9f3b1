import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { motoBinary } from "../../../announcement/providers/MotoServer.ts";
import { AwsStoresForTest, BUCKET, DAY_MS, decisionFor, TABLE } from "../../../records/stores/aws/awsStores.ts";
import { chainReport } from "../../../records/stores/aws/chainReport.ts";
import { patience } from "../../../run/speedFactor.ts";
import { runPostern } from "../../runPostern.ts";
import { RecordsBed } from "../RecordsBed.ts";

const binary = motoBinary();
const START_MS = Date.UTC(2020, 3, 1, 12);

describe.skipIf(binary === undefined)("postern records retain on AWS (moto; skipped without it)", () => {
  let stores: AwsStoresForTest;
  beforeAll(async () => {
    stores = await AwsStoresForTest.start(binary ?? "");
  }, patience(120_000));
  afterEach(() => {
    stores.proxy.fault = () => undefined;
  });
  afterAll(() => stores?.stop());

  /** Writes one record on each of some days, as a gate does whose retention never ran. */
  async function recordOnDays(cluster: string, days: readonly number[]): Promise<void> {
    const { writer } = await stores.instance(cluster);
    for (const [index, day] of days.entries()) {
      setStoreDate(START_MS + day * DAY_MS);
      await writer.commit([decisionFor(cluster, `u${index}`)]);
    }
  }

  /** Answers of the store have this date from now on. */
  function setStoreDate(atMs: number): void {
    stores.proxy.fault = ({ name }) =>
      name.startsWith("DynamoDB") ? { headers: { date: new Date(atMs).toUTCString() } } : undefined;
  }

  const retain = (cluster: string, ...args: readonly string[]): ReturnType<typeof runPostern> =>
    runPostern(
      ["records", "retain", "--keep-days", "1", "--cluster", cluster, "--output", "json", ...args, `s3://${BUCKET}`],
      { env: { ...stores.env, POSTERN_RECORDS_TABLE: TABLE, POSTERN_RECORDS_KEY: JSON.stringify(stores.jwk) } },
    );

  const checkpointsOf = async (cluster: string): Promise<string[]> =>
    [...(await stores.objects(cluster)).keys()].filter((key) => key.startsWith("~"));

  it("writes the checkpoint of a cluster whose last day has ended its retention", async () => {
    await recordOnDays("idle", [0, 0, 1]);
    setStoreDate(START_MS + 9 * DAY_MS);
    const first = { seq: 3, batch: 3, lastAt: expect.stringMatching(/^2020-04-02T12:00:00/) };
    const report = { source: `s3://${BUCKET}/`, cluster: "idle", first, deletedBy: "lifecycle-rule" };
    const dry = await retain("idle", "--dry-run");
    expect([dry.code, dry.err, JSON.parse(dry.out)]).toEqual([0, "", { ...report, result: "would-end" }]);
    expect(await checkpointsOf("idle")).toEqual([]);
    const { code, err, out } = await retain("idle");
    expect([code, err, JSON.parse(out)]).toEqual([0, "", { ...report, result: "ended" }]);
    expect(await checkpointsOf("idle")).toEqual(["~checkpoint-000000000003.json"]);
    expect((await chainReport(stores, "idle")).findings).toEqual([]);
    // As the lifecycle rule does.
    await stores.deleteBatches("idle", 3);
    expect(await chainReport(stores, "idle")).toMatchObject({ records: 0, checkpoints: 1, findings: [] });
    await (await stores.instance("idle")).writer.commit([decisionFor("idle", "later")]);
    // A new writer confirms the last batch of the log in the bucket, whatever its age.
    expect(await chainReport(stores, "idle")).toMatchObject({ first: { seq: 2 }, records: 2, findings: [] });
  });

  it("leaves a checkpoint that is there, also with another key", async () => {
    const bed = RecordsBed.create();
    const other = bed.folder.write("other.json", bed.key.privateJwk);
    await recordOnDays("twice", [0]);
    setStoreDate(START_MS + 9 * DAY_MS);
    expect(JSON.parse((await retain("twice")).out)).toMatchObject({ result: "ended" });
    const { code, out } = await retain("twice", "--key", other);
    expect([code, JSON.parse(out)]).toMatchObject([0, { result: "kept" }]);
  });

  it("keeps the days that have not ended", async () => {
    await recordOnDays("busy", [0, 1, 3]);
    setStoreDate(START_MS + 3.5 * DAY_MS);
    expect(JSON.parse((await retain("busy")).out)).toMatchObject({ result: "ended", first: { seq: 2, batch: 2 } });
    expect(await chainReport(stores, "busy")).toMatchObject({ records: 3, checkpoints: 1, findings: [] });
  });

  it("finds a cluster of which the bucket has nothing left", async () => {
    await recordOnDays("gone", [0]);
    await stores.deleteBatches("gone", 1);
    setStoreDate(START_MS + 9 * DAY_MS);
    expect(JSON.parse((await retain("gone")).out)).toMatchObject({ result: "ended", first: { batch: 1 } });
  });

  it("exits with 2 for a cluster that neither has, and for a store that is out of reach", async () => {
    await recordOnDays("here", [0]);
    const { code, err } = await retain("none");
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^postern: s3:\/\/postern-records\/: has no cluster "none"/),
    ]);
    stores.proxy.fault = () => ({ status: 403, body: "{}" });
    expect(await retain("here")).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/^postern: [^\n]+\n$/) });
  });
});
