import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

const REVIEW = new URL("../fixtures/reviews/validate-v1-create-pods-1.json", import.meta.url);
/** What the loop takes on the machine that all reference figures are of. In microseconds. */
const REFERENCE_US = 40;
const WARM_UP_MS = 150;
const MEASURE_MS = 450;
/** Fewer say nothing: a thread of an overloaded machine may wait most of the time. */
const LEAST_COUNT = 1_000;
/** Where it is slower still, longer waits would only hide that it is overloaded. */
const LARGEST_FACTOR = 20;

/**
 * How much slower this machine is than the reference machine, right now: 1 is as fast, 2 takes twice as long. One loop on
 * each core at the same time, so that other load on the machine counts. At most 20. Takes 0.6 s, more on a busy machine.
 */
export async function measureSpeed(cores = availableParallelism()): Promise<number> {
  const text = readFileSync(REVIEW, "utf8");
  const times = await Promise.all(Array.from({ length: cores }, () => timeOfLoop(text)));
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return Math.min(LARGEST_FACTOR, Math.round((mean / REFERENCE_US) * 100) / 100);
}

function timeOfLoop(text: string): Promise<number> {
  const script = new URL("speedLoop.ts", import.meta.url);
  const workerData = { text, warmUpMs: WARM_UP_MS, measureMs: MEASURE_MS, leastCount: LEAST_COUNT };
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
