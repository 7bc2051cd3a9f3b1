import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair } from "jose";
import * as z from "zod";
import { RecordsWorker } from "../../records/stores/workers/RecordsWorker.ts";
import { scaledRate } from "../../run/speedFactor.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { measureRatio } from "../Ratio.ts";
import { BENCH_CLUSTER, type ObjectLoad } from "./ObjectLoad.ts";
import { throughputRatio } from "./throughputRatio.ts";

/** A put into R2 takes so much longer. */
const SLOWER_MS = 5;
const PER_SECOND = 1000;
/** Commits with one decision, of which the duration of a commit is the mean. */
const SINGLE_COMMITS = 50;

const loadSchema = z.object({ arrivedPerSecond: z.number(), recordedPerSecond: z.number() });

/**
 * Group commit in a Durable Object whose commits are slowed to 5 ms and more: decisions arrive at a rate that does not depend on
 * receipts. Without it one commit would have one record.
 */
export async function objectFigures({ rounds, durationMs }: BenchSize): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "postern-bench-"));
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const key = JSON.stringify(await exportJWK(privateKey));
  const worker = await RecordsWorker.start({
    folder,
    key,
    entry: fileURLToPath(new URL("objectLoadWorker.ts", import.meta.url)),
  });
  try {
    await worker.faults(BENCH_CLUSTER, { put: "slow", slowMs: SLOWER_MS });
    const rate = scaledRate(PER_SECOND);
    const load = async (): Promise<ObjectLoad> =>
      loadSchema.parse(await worker.ask(`/load/${rate.toFixed(0)}/${Math.max(1000, durationMs)}`));
    const throughput = await throughputRatio(rounds, load);
    const batch = await measureRatio(
      rounds,
      () => batchOf(worker, load),
      async () => (rate * z.number().parse(await worker.ask(`/single/${SINGLE_COMMITS}`))) / 1000,
    );
    return [
      {
        name: "records, throughput of an object",
        compared: `records : decisions that arrive, with commits slowed by ${SLOWER_MS} ms`,
        ratio: throughput,
        unit: "/s",
        target: { atLeast: 0.9 },
      },
      {
        name: "records, batch of an object",
        compared: "records of a batch : arrival rate x duration of a commit with one record",
        ratio: batch,
        unit: "records",
      },
    ];
  } finally {
    await worker.stop();
    await rm(folder, { recursive: true });
  }
}

async function batchOf(worker: RecordsWorker, load: () => Promise<unknown>): Promise<number> {
  const { head: before } = await worker.report(BENCH_CLUSTER);
  await load();
  const { head: after } = await worker.report(BENCH_CLUSTER);
  return (after.seq - before.seq) / (after.batch - before.batch);
}
