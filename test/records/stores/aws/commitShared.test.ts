import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Decision } from "../../../../src/records/decision/decisionSchema.ts";
import { commitShared, type SharedCommit } from "../../../../src/records/stores/aws/commitShared.ts";
import { MAX_BATCH_RECORDS } from "../../../../src/records/stores/aws/DynamoLog.ts";
import { DynamoTable } from "../../../../src/records/stores/aws/DynamoTable.ts";
import { openDynamo } from "../../../../src/records/stores/aws/openDynamo.ts";
import { WaitingDecisions } from "../../../../src/records/stores/aws/WaitingDecisions.ts";
import { motoBinary } from "../../../announcement/providers/MotoServer.ts";
import { patience } from "../../../run/speedFactor.ts";
import { AwsStoresForTest, decisionFor, seqsOf, TABLE, TEST_LIMITS } from "./awsStores.ts";
import { chainReport } from "./chainReport.ts";

const binary = motoBinary();

describe.skipIf(binary === undefined)("commitShared with moto (skipped without it)", () => {
  let stores: AwsStoresForTest;
  beforeAll(async () => {
    stores = await AwsStoresForTest.start(binary ?? "");
  }, patience(120_000));
  afterEach(() => {
    stores.proxy.fault = () => undefined;
  });
  afterAll(() => stores?.stop());

  async function waitingOf(cluster: string): Promise<WaitingDecisions> {
    const table = new DynamoTable(TABLE, await openDynamo({ env: stores.env, limits: TEST_LIMITS }));
    // The clock of the store comes with its first answer.
    await table.get(cluster, "head");
    return new WaitingDecisions(cluster, table);
  }

  async function sharedOf(cluster: string): Promise<SharedCommit> {
    const { writer } = await stores.instance(cluster);
    const pause = (longestMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, longestMs / 2));
    return { writer, waiting: await waitingOf(cluster), batch: MAX_BATCH_RECORDS, pause };
  }

  it("a writer that lost leaves its decision, and the next takes it along in one batch", async () => {
    const [lost, fast] = [await sharedOf("along"), await sharedOf("along")];
    await lost.writer.attempt([decisionFor("along", "u0")]);
    await fast.writer.attempt([decisionFor("along", "u1")]);
    let resume = (): void => undefined;
    const waits = new Promise<void>((resolve) => {
      resume = resolve;
    });
    let hasLost = (): void => undefined;
    const losing = new Promise<void>((resolve) => {
      hasLost = resolve;
    });
    const late = commitShared([decisionFor("along", "u2")], {
      ...lost,
      pause: () => {
        hasLost();
        return waits;
      },
    });
    await losing;
    expect((await stores.items("wait#along")).length).toBe(1);
    // A third instance starts, loses its first attempt too, and commits both.
    const third = await sharedOf("along");
    let attempts = 0;
    const attempt = (decisions: readonly Decision[]): ReturnType<SharedCommit["writer"]["attempt"]> => {
      attempts += 1;
      return attempts === 1 ? Promise.resolve(undefined) : third.writer.attempt(decisions);
    };
    const own = await commitShared([decisionFor("along", "u3")], { ...third, writer: { attempt } });
    expect(own.map(({ seq }) => seq)).toEqual([2]);
    resume();
    expect((await late).map(({ seq }) => seq)).toEqual([3]);
    expect([...(await stores.objects("along")).values()].map((text) => seqsOf([text]))).toEqual([[0], [1], [2, 3]]);
    expect(await stores.items("wait#along")).toEqual([]);
    expect(await chainReport(stores, "along")).toMatchObject({ records: 4, findings: [] });
  });

  it("twelve instances that write at the same time all get a receipt, and leave one whole chain", async () => {
    const instances = await Promise.all(Array.from({ length: 12 }, () => sharedOf("many")));
    const receipts = await Promise.all(
      instances.map((shared, index) => commitShared([decisionFor("many", `u${index}`)], shared)),
    );
    const seqs = receipts.flat().map(({ seq }) => seq);
    expect(seqs.sort((left, right) => left - right)).toEqual([...Array(12).keys()]);
    const report = await chainReport(stores, "many");
    expect(report).toMatchObject({ records: 12, findings: [] });
    // Those that lost went together.
    expect(report.batches).toBeLessThan(12);
  });

  it("what waits is bounded, without its own, and without what cannot be read", async () => {
    const waiting = await waitingOf("bounded");
    const decisions = Array.from({ length: 6 }, (_, index) => decisionFor("bounded", `u${index}`));
    await waiting.add(decisions);
    await waiting.add(decisions);
    const [item] = await stores.items("wait#bounded");
    await stores.change("wait#bounded", item?.sk?.S ?? "", { data: { B: new Uint8Array(3) } });
    const own = decisions.slice(0, 1);
    const others = await waiting.others(own, 10);
    expect(others.length).toBeGreaterThanOrEqual(4);
    expect(others).not.toContainEqual(own[0]);
    expect(decisions).toEqual(expect.arrayContaining([...others]));
    expect((await waiting.others([], 2)).length).toBeLessThanOrEqual(2);
    expect(await waiting.others(own, 0)).toEqual([]);
    expect((await (await waitingOf("another")).others([], 10)).length).toBe(0);
  });

  it("rejects when others are always faster, after a bounded number of attempts", async () => {
    const shared = await sharedOf("slow");
    let attempts = 0;
    const writer = {
      attempt: async () => {
        attempts += 1;
        return undefined;
      },
    };
    const pauses: number[] = [];
    const pause = async (longestMs: number): Promise<void> => void pauses.push(longestMs);
    const commit = commitShared([decisionFor("slow", "u")], { ...shared, writer, pause });
    await expect(commit).rejects.toMatchObject({ name: "RecordError", code: "store-unavailable" });
    expect(attempts).toBe(12);
    expect(pauses.slice(0, 6)).toEqual([20, 40, 80, 160, 320, 400]);
  });

  it("has its receipts although what waited cannot be removed", async () => {
    const shared = await sharedOf("left");
    let isFirst = true;
    const writer = {
      attempt: (decisions: readonly Decision[]) => {
        if (!isFirst) return shared.writer.attempt(decisions);
        isFirst = false;
        return Promise.resolve(undefined);
      },
    };
    stores.proxy.fault = ({ name, body }) =>
      name.endsWith("TransactWriteItems") && body.includes('"Delete"') ? { status: 400 } : undefined;
    expect(await commitShared([decisionFor("left", "u")], { ...shared, writer })).toMatchObject([{ seq: 0 }]);
    stores.proxy.fault = () => undefined;
    expect((await stores.items("wait#left")).length).toBe(1);
    // Another instance that takes it along finds its record.
    isFirst = true;
    expect(await commitShared([decisionFor("left", "v")], { ...shared, writer })).toMatchObject([{ seq: 1 }]);
    expect(await chainReport(stores, "left")).toMatchObject({ records: 2, findings: [] });
    expect(await stores.items("wait#left")).toEqual([]);
  });
});
