import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exportJWK, generateKeyPair } from "jose";
import { RecordSigner } from "../../../src/records/chain/RecordSigner.ts";
import type { Decision } from "../../../src/records/decision/decisionSchema.ts";
import { openLogDatabase } from "../../../src/records/stores/node/openLogDatabase.ts";
import { SegmentArchive } from "../../../src/records/stores/node/SegmentArchive.ts";
import { SqliteLog } from "../../../src/records/stores/node/SqliteLog.ts";
import { clusterFolder } from "../../../src/records/stores/node/segmentFiles.ts";
import { ChainWriter } from "../../../src/records/writer/ChainWriter.ts";
import { GroupCommit } from "../../../src/records/writer/GroupCommit.ts";
import type { LoggedBatch } from "../../../src/records/writer/RecordLog.ts";
import { testDecision } from "../../records/chain/testChain.ts";
import { scaledRate } from "../../run/speedFactor.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { measureRatio } from "../Ratio.ts";
import { BENCH_CLUSTER, type ObjectLoad } from "./ObjectLoad.ts";
import { throughputRatio } from "./throughputRatio.ts";

/** An append to the log takes so much longer. */
const SLOWER_MS = 5;
const PER_SECOND = 1000;

/** The real log, on a slower disk. */
class SlowLog extends SqliteLog {
  override async append(batch: LoggedBatch, archived: number): Promise<"appended" | "conflict"> {
    await sleep(SLOWER_MS);
    return super.append(batch, archived);
  }
}

/** Group commit in the store of a Node process whose commits are slowed: decisions arrive at a rate that does not depend on receipts. */
export async function nodeStoreFigures({ rounds, durationMs }: BenchSize): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "postern-bench-"));
  const db = openLogDatabase(folder);
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const log = new SlowLog(BENCH_CLUSTER, db, Date.now);
  const archive = new SegmentArchive(clusterFolder(folder, BENCH_CLUSTER), Date.now);
  const writer = new ChainWriter(BENCH_CLUSTER, {
    log,
    archive,
    signer: new RecordSigner(await exportJWK(privateKey)),
  });
  let number = 0;
  const commitsMs: number[] = [];
  const group = new GroupCommit(async (decisions: readonly Decision[]) => {
    const startedAt = performance.now();
    const receipts = await writer.commit(decisions);
    commitsMs.push(performance.now() - startedAt);
    return receipts;
  });
  const record = (): Promise<unknown> => {
    number += 1;
    return group.add(testDecision(number, BENCH_CLUSTER));
  };
  try {
    const rate = scaledRate(PER_SECOND);
    const load = (): Promise<ObjectLoad> => loadAt(rate, Math.max(1000, durationMs), record);
    const throughput = await throughputRatio(rounds, load);
    let loaded = await load();
    const batch = await measureRatio(
      rounds,
      async () => {
        commitsMs.length = 0;
        const before = await log.head();
        loaded = await load();
        const after = await log.head();
        return (after.seq - before.seq) / (after.batch - before.batch);
      },
      async () => {
        if (commitsMs.length === 0) await load();
        return (loaded.arrivedPerSecond * mean(commitsMs)) / 1000;
      },
    );
    return [
      {
        name: "records, throughput on Node",
        compared: `records : decisions that arrive, with commits slowed by ${SLOWER_MS} ms`,
        ratio: throughput,
        unit: "/s",
        target: { atLeast: 0.9 },
      },
      {
        name: "records, batch on Node",
        compared: "records of a batch : arrival rate x duration of a commit under this load",
        ratio: batch,
        unit: "records",
        target: { atLeast: 0.9 },
      },
    ];
  } finally {
    archive.close();
    db.close();
    await rm(folder, { recursive: true });
  }
}

/** Decisions at a rate, whether or not they have receipts. */
async function loadAt(perSecond: number, durationMs: number, record: () => Promise<unknown>): Promise<ObjectLoad> {
  const startedAt = performance.now();
  const receipts: Promise<unknown>[] = [];
  for (let elapsed = 0; elapsed < durationMs; elapsed = performance.now() - startedAt) {
    while (receipts.length < (elapsed * perSecond) / 1000) receipts.push(record());
    await sleep(1);
  }
  const arrivedMs = performance.now() - startedAt;
  await Promise.all(receipts);
  const recordedMs = performance.now() - startedAt;
  return {
    arrivedPerSecond: (1000 * receipts.length) / arrivedMs,
    recordedPerSecond: (1000 * receipts.length) / recordedMs,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
