import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

const REVIEW = new URL("../fixtures/reviews/validate-v1-create-pods-1.json", import.meta.url);
/** The duration of one iteration on the reference machine. In microseconds. */
const REFERENCE_US = 40;
const WARM_UP_MS = 150;
const MEASURE_MS = 450;
/** The minimum number of iterations. On an overloaded machine, a thread may not run for most of the time. */
const MIN_ITERATIONS = 1_000;
/** Longer waits than that would hide that the machine is overloaded. */
const MAX_FACTOR = 20;

/**
 * Measures how much slower this machine is than the reference machine: 1 means as fast, 2 means twice as long. Runs one
 * loop on each core at the same time, so that other load counts. At most 20. Takes 0.6 s, more on a busy machine.
 */
export async function measureSpeed(cores = availableParallelism()): Promise<number> {
  const text = readFileSync(REVIEW, "utf8");
  const times = await Promise.all(Array.from({ length: cores }, () => timeOfLoop(text)));
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return Math.min(MAX_FACTOR, Math.round((mean / REFERENCE_US) * 100) / 100);
}

function timeOfLoop(text: string): Promise<number> {
  const script = new URL("speedLoop.ts", import.meta.url);
  const workerData = { text, warmUpMs: WARM_UP_MS, measureMs: MEASURE_MS, minIterations: MIN_ITERATIONS };
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
