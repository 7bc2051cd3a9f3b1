import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { retain } from "../../../../src/records/writer/retain.ts";
import { motoBinary } from "../../../announcement/providers/MotoServer.ts";
import { patience } from "../../../run/speedFactor.ts";
import { AwsStoresForTest, DAY_MS, decisionFor, seqsOf } from "./awsStores.ts";
import { chainReport } from "./chainReport.ts";

const binary = motoBinary();

describe.skipIf(binary === undefined)("a chain in DynamoDB and S3 (moto; skipped without it)", () => {
  let stores: AwsStoresForTest;
  beforeAll(async () => {
    stores = await AwsStoresForTest.start(binary ?? "");
  }, patience(120_000));
  afterEach(() => {
    stores.proxy.fault = () => undefined;
    vi.useRealTimers();
  });
  afterAll(() => stores?.stop());

  /** Answers of the store have this date from now on. */
  function setStoreDate(atMs: number): void {
    stores.proxy.fault = ({ name }) =>
      name.startsWith("DynamoDB") ? { headers: { date: new Date(atMs).toUTCString() } } : undefined;
  }

  async function timesOf(cluster: string): Promise<string[]> {
    const texts = [...(await stores.objects(cluster)).values()].join("");
    return [...texts.matchAll(/"at":"([^"]+)","decision"/g)].map(([, at = ""]) => at);
  }

  it("a commit costs one query, one transaction and one object, and a start one more read", async () => {
    const { writer } = await stores.instance("steady");
    stores.proxy.takeNames();
    await writer.commit([decisionFor("steady", "u0")]);
    expect(stores.proxy.takeNames()).toEqual([
      "DynamoDB GetItem",
      "DynamoDB Query",
      "DynamoDB TransactWriteItems",
      "S3 PUT /postern-records/steady/000000000000.jsonl",
    ]);
    await writer.commit([decisionFor("steady", "u1")]);
    expect(stores.proxy.takeNames()).toEqual([
      "DynamoDB Query",
      "DynamoDB TransactWriteItems",
      "S3 PUT /postern-records/steady/000000000001.jsonl",
    ]);
    expect(await chainReport(stores, "steady")).toMatchObject({ records: 2, findings: [] });
  });

  it.each([
    ["the same decision again", {}, { seq: 0, records: 1, repeats: undefined }],
    ["another request with the uid", { digest: "e".repeat(64) }, { seq: 1, records: 2, repeats: "other-request" }],
    ["another entry with the uid", { entry: "pods" }, { seq: 1, records: 2, repeats: undefined }],
  ])("another instance that gets %s", async (name, request, expected) => {
    const cluster = `repeat-${name.replaceAll(" ", "-")}`;
    await (await stores.instance(cluster)).writer.commit([decisionFor(cluster, "u")]);
    const [receipt] = await (await stores.instance(cluster)).writer.commit([decisionFor(cluster, "u", request)]);
    const texts = [...(await stores.objects(cluster)).values()].join("");
    expect(receipt?.seq).toBe(expected.seq);
    expect(seqsOf([texts]).length).toBe(expected.records);
    expect(/"repeats":"([^"]+)"/.exec(texts)?.[1]).toBe(expected.repeats);
  });

  it("a batch of 40 records of 64 KiB that do not compress fits into one transaction", async () => {
    const { writer } = await stores.instance("large");
    stores.proxy.takeNames();
    const decisions = Array.from({ length: 40 }, (_, index) => {
      const decision = decisionFor("large", `u${index}`);
      return { ...decision, verdict: { ...decision.verdict, message: randomBytes(48 * 1024).toString("base64") } };
    });
    expect((await writer.commit(decisions)).length).toBe(40);
    expect(stores.proxy.takeNames().filter((name) => name.endsWith("TransactWriteItems")).length).toBe(1);
    const items = await stores.items("large");
    expect(items.filter(({ sk }) => sk?.S?.startsWith("batch#")).length).toBeGreaterThan(4);
    const [batch] = await (await stores.instance("large")).log.unarchived();
    expect(batch?.text).toBe((await stores.objects("large")).get("000000000000.jsonl"));
    expect(await chainReport(stores, "large")).toMatchObject({ records: 40, findings: [] });
  });

  it("two instances that write at the same time leave one chain without a gap and without a duplicate", async () => {
    const decisions = Array.from({ length: 16 }, (_, index) => decisionFor("two", `u${index}`));
    const commits = await Promise.all(
      [decisions, decisions.toReversed()].map(async (own) => {
        const { writer } = await stores.instance("two");
        const seqs = new Map<string, number | undefined>();
        for (const decision of own) seqs.set(decision.request.uid, (await writer.commit([decision]))[0]?.seq);
        return seqs;
      }),
    );
    const [one, other] = commits.map((seqs) => [...seqs].sort(([left], [right]) => left.localeCompare(right)));
    expect(one).toEqual(other);
    expect(seqsOf((await stores.objects("two")).values())).toEqual([...Array(16).keys()]);
    expect(await chainReport(stores, "two")).toMatchObject({ records: 16, findings: [] });
  });

  it("the time of a record is that of the store, whatever the clock of the instance says", async () => {
    const { writer } = await stores.instance("clock");
    const before = performance.timeOrigin + performance.now();
    for (const [index, jumpMs] of [0, -3_600_000, 10 * DAY_MS].entries()) {
      vi.useFakeTimers({ toFake: ["Date"], now: before + jumpMs });
      await writer.commit([decisionFor("clock", `u${index}`)]);
    }
    vi.useRealTimers();
    const after = performance.timeOrigin + performance.now();
    for (const at of await timesOf("clock")) {
      expect(Date.parse(at)).toBeGreaterThan(before - 2_000);
      expect(Date.parse(at)).toBeLessThan(after + 2_000);
    }
  });

  it("the time of a record never goes back when that of the store does", async () => {
    const { writer } = await stores.instance("back");
    setStoreDate(Date.UTC(2026, 0, 2));
    await writer.commit([decisionFor("back", "u0")]);
    setStoreDate(Date.UTC(2026, 0, 1));
    await writer.commit([decisionFor("back", "u1")]);
    const [first, second] = await timesOf("back");
    expect(first?.slice(0, 10)).toBe("2026-01-02");
    expect(second).toBe(first);
  });

  it("writes nothing when no answer has a date", async () => {
    const { writer } = await stores.instance("dateless");
    stores.proxy.fault = ({ name }) => (name.startsWith("DynamoDB") ? { headers: { date: "" } } : undefined);
    await expect(writer.commit([decisionFor("dateless", "u")])).rejects.toMatchObject({ code: "store-unavailable" });
    expect(await stores.items("dateless")).toEqual([]);
  });

  it("a checkpoint takes the place of days whose retention has ended, and a second run writes the same", async () => {
    const start = Date.UTC(2026, 3, 1, 12);
    const { writer, log, archive } = await stores.instance("retention");
    for (const [index, day] of [0, 0, 1, 3, 3].entries()) {
      setStoreDate(start + day * DAY_MS);
      await writer.commit([decisionFor("retention", `u${index}`)]);
    }
    const { signer } = stores;
    expect(await retain("retention", log.now() - DAY_MS, { log, archive, signer, keepMs: DAY_MS })).toBe(2);
    const again = await stores.instance("retention");
    await again.log.head();
    const run = { log: again.log, archive: again.archive, signer, keepMs: DAY_MS };
    expect(await retain("retention", again.log.now(), run)).toBe(3);
    expect(await retain("retention", again.log.now() + 1_000, run)).toBe(3);
    expect(await retain("retention", start, run)).toBeUndefined();
    // The days of the log: those with batches, but for the last.
    const days = (await stores.items("retention")).flatMap(({ sk }) => /^day#(.*)/.exec(sk?.S ?? "")?.[1] ?? []);
    expect(days).toEqual(["2026-04-01", "2026-04-02"]);
    expect([...(await stores.objects("retention")).keys()].slice(-2)).toEqual([
      "~checkpoint-000000000002.json",
      "~checkpoint-000000000003.json",
    ]);
    expect((await chainReport(stores, "retention")).findings).toEqual([]);
    await stores.deleteBatches("retention", 3);
    expect(await chainReport(stores, "retention")).toMatchObject({ records: 2, checkpoints: 2, findings: [] });
  });

  it.each([
    ["an end that cannot be read", "head", { batch: { S: "x" } }],
    ["a batch that cannot be read", "batch#000000000000#0", { data: { B: new Uint8Array(3) } }],
    ["a batch that has fewer parts than it had", "batch#000000000000#0", { parts: { N: "2" } }],
  ])("%s stops the writers of the chain", async (name, sk, change) => {
    const cluster = name.replaceAll(" ", "-");
    await (await stores.instance(cluster)).writer.commit([decisionFor(cluster, "u0")]);
    await stores.change(cluster, sk, change);
    const { writer } = await stores.instance(cluster);
    await expect(writer.commit([decisionFor(cluster, "u1")])).rejects.toMatchObject({ code: "store-conflict" });
    expect(seqsOf((await stores.objects(cluster)).values())).toEqual([0]);
  });

  it("a table that was emptied does not begin a second chain", async () => {
    await (await stores.instance("emptied")).writer.commit([decisionFor("emptied", "u0")]);
    await stores.empty("emptied");
    const { writer } = await stores.instance("emptied");
    await expect(writer.commit([decisionFor("emptied", "u1")])).rejects.toMatchObject({ code: "store-conflict" });
    expect(seqsOf((await stores.objects("emptied")).values())).toEqual([0]);
  });
});
