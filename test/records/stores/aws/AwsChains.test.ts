import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AwsChains } from "../../../../src/records/stores/aws/AwsChains.ts";
import type { AwsLimits } from "../../../../src/records/stores/aws/awsClientConfig.ts";
import type { Log } from "../../../../src/telemetry/Log.ts";
import { motoBinary } from "../../../announcement/providers/MotoServer.ts";
import { patience, scaled } from "../../../run/speedFactor.ts";
import { AwsStoresForTest, BUCKET, DAY_MS, decisionFor, seqsOf, TABLE, TEST_LIMITS } from "./awsStores.ts";
import { chainReport } from "./chainReport.ts";
import type { ProxyFault } from "./FaultProxy.ts";

const binary = motoBinary();

/** Each call of a commit, in its order. */
const CALLS = ["DynamoDB GetItem", "DynamoDB Query", "DynamoDB TransactWriteItems", "S3 PUT"];

const FAULTS: readonly (readonly [string, ProxyFault])[] = [
  ["answers 500", { status: 500 }],
  ["throttles", { status: 400, body: '{"__type":"ThrottlingException","message":"SECRET-ARN"}' }],
  ["breaks the connection before the call", "cut-before"],
  ["breaks the connection after the call", "cut-after"],
  ["answers an HTML page", { status: 200, body: "<html>" }],
];

describe.skipIf(binary === undefined)("AwsChains with moto (skipped without it)", () => {
  let stores: AwsStoresForTest;
  const warnings: string[] = [];
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (message) => void warnings.push(message),
    error: () => undefined,
  };
  beforeAll(async () => {
    stores = await AwsStoresForTest.start(binary ?? "");
  }, patience(120_000));
  afterEach(() => {
    stores.proxy.fault = () => undefined;
    stores.proxy.takeNames();
    warnings.length = 0;
  });
  afterAll(() => stores?.stop());

  function chains(more: { readonly limits?: AwsLimits; readonly monotonicMs?: () => number } = {}): AwsChains {
    const { signer, env } = stores;
    return new AwsChains(
      { table: TABLE, bucket: BUCKET, prefix: "", signer, keepMs: DAY_MS },
      { env, log, limits: TEST_LIMITS, monotonicMs: () => performance.now(), ...more },
    );
  }

  const cases = CALLS.flatMap((call) => FAULTS.map(([title, fault]) => ({ call, title, fault })));

  it.each(cases)(
    "while $call $title, nothing has a receipt; then the chain continues",
    async ({ call, title, fault }) => {
      const cluster = `${call} ${title}`.toLowerCase().replaceAll(" ", "-");
      const instance = chains();
      stores.proxy.fault = ({ name }) => (name.startsWith(call) ? fault : undefined);
      const refused = instance.add(decisionFor(cluster, "u0"));
      await expect(refused).rejects.toMatchObject({ name: "RecordError", code: "store-unavailable" });
      await expect(refused).rejects.not.toThrow(/SECRET/);
      stores.proxy.fault = () => undefined;
      const receipts = [await instance.add(decisionFor(cluster, "u0")), await instance.add(decisionFor(cluster, "u1"))];
      expect(receipts.map(({ seq }) => seq)).toEqual([0, 1]);
      expect(await chainReport(stores, cluster)).toMatchObject({ records: 2, findings: [] });
    },
  );

  it.each([
    ...CALLS.map((call) => [call, "cut-before" as const] as const),
    ...CALLS.map((call) => [call, "cut-after" as const] as const),
    ...CALLS.map((call) => [call, { status: 503 }] as const),
  ])("repeats %s when the first attempt has %j", async (call, fault) => {
    const cluster = `once-${call}-${typeof fault === "string" ? fault : "503"}`.toLowerCase().replaceAll(" ", "-");
    let isFirst = true;
    stores.proxy.fault = ({ name }) => {
      if (!isFirst || !name.startsWith(call)) return undefined;
      isFirst = false;
      return fault;
    };
    expect(await chains().add(decisionFor(cluster, "u0"))).toMatchObject({ seq: 0 });
    expect(isFirst).toBe(false);
    expect(await chainReport(stores, cluster)).toMatchObject({ records: 1, findings: [] });
  });

  it.each(CALLS)("has an answer within its limit while %s hangs", async (call) => {
    const cluster = `hangs-${call.toLowerCase().replaceAll(" ", "-")}`;
    const limits = { attemptMs: scaled(150), callMs: scaled(350), attempts: 2 };
    const instance = chains({ limits });
    stores.proxy.fault = ({ name }) => (name.startsWith(call) ? "hang" : undefined);
    await expect(instance.add(decisionFor(cluster, "u0"))).rejects.toMatchObject({ code: "store-unavailable" });
    stores.proxy.fault = () => undefined;
    expect(await chains().add(decisionFor(cluster, "u0"))).toMatchObject({ seq: 0 });
    expect(await chainReport(stores, cluster)).toMatchObject({ records: 1, findings: [] });
  });

  it("after a failed archive, another instance archives that batch before it writes its own", async () => {
    stores.proxy.fault = ({ name }) => (name.startsWith("S3 PUT") ? { status: 500 } : undefined);
    await expect(chains().add(decisionFor("first", "u0"))).rejects.toMatchObject({ code: "store-unavailable" });
    expect((await stores.objects("first")).size).toBe(0);
    stores.proxy.fault = () => undefined;
    stores.proxy.takeNames();
    expect(await chains().add(decisionFor("first", "u1"))).toMatchObject({ seq: 1 });
    expect(stores.proxy.takeNames().filter((name) => /PUT|Transact/.test(name))).toEqual([
      "S3 PUT /postern-records/first/000000000000.jsonl",
      "DynamoDB TransactWriteItems",
      "S3 PUT /postern-records/first/000000000001.jsonl",
    ]);
    expect(seqsOf((await stores.objects("first")).values())).toEqual([0, 1]);
  });

  it("three instances under load and faults answer nothing without a record, and leave one whole chain", async () => {
    let calls = 0;
    stores.proxy.fault = () => {
      calls += 1;
      if (calls % 13 === 0) return "cut-after";
      return calls % 7 === 0 ? { status: 500 } : undefined;
    };
    const decisions = Array.from({ length: 30 }, (_, index) => decisionFor("load", `u${index}`));
    const instances = [chains(), chains(), chains()];
    const leaves = new Map<number, string>();
    // A round in which each commit meets faults twice has no receipt. The faults stay.
    for (let round = 0; round < 20 && leaves.size === 0; round += 1) {
      const answers = await Promise.allSettled(
        instances.flatMap((instance) => decisions.map((decision) => instance.add(decision))),
      );
      for (const answer of answers) if (answer.status === "fulfilled") leaves.set(answer.value.seq, answer.value.leaf);
    }
    stores.proxy.fault = () => undefined;
    for (const decision of decisions) await instances[0]?.add(decision);
    expect(leaves.size).toBeGreaterThan(0);
    const report = await chainReport(stores, "load", leaves);
    expect(report).toMatchObject({ records: 30, receipts: leaves.size, findings: [] });
  });

  it("applies the retention at the first commit and a day later, and a failure of it fails no commit", async () => {
    let localMs = 1_000;
    const start = Date.UTC(2026, 3, 1, 12);
    const instance = chains({ monotonicMs: () => localMs });
    const isCut = (body: Buffer): boolean => body.includes('"day#');
    const add = async (uid: string, day: number, isFailing = false): Promise<number> => {
      stores.proxy.fault = ({ name, body }) => {
        if (!name.startsWith("DynamoDB")) return undefined;
        if (isFailing && isCut(body) && name.endsWith("Query")) return { status: 400 };
        return { headers: { date: new Date(start + day * DAY_MS).toUTCString() } };
      };
      stores.proxy.takeCalls();
      await instance.add(decisionFor("daily", uid));
      return stores.proxy.takeCalls().filter(({ name, body }) => name.endsWith("Query") && isCut(body)).length;
    };
    expect([await add("u0", 0), await add("u1", 0)]).toEqual([1, 0]);
    localMs += DAY_MS;
    expect([await add("u2", 1), await add("u3", 1)]).toEqual([1, 0]);
    localMs += 2 * DAY_MS;
    expect(await add("u4", 3, true)).toBe(1);
    expect(warnings).toEqual(["the retention of records was not applied; it is tried again"]);
    expect([...(await stores.objects("daily")).keys()].at(-1)).toBe("000000000004.jsonl");
    localMs += 3_600_000;
    expect(await add("u5", 3)).toBe(1);
    expect([...(await stores.objects("daily")).keys()].at(-1)).toBe("~checkpoint-000000000004.json");
    expect((await chainReport(stores, "daily")).findings).toEqual([]);
  });
});
