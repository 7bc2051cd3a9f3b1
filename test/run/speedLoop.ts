import { parentPort, workerData } from "node:worker_threads";

/** A thread of `measureSpeed`. Posts the mean time of one JSON.parse and JSON.stringify of `text`, in microseconds. */
const { text, warmUpMs, measureMs, minIterations } = workerData as {
  text: string;
  warmUpMs: number;
  measureMs: number;
  minIterations: number;
};

function run(milliseconds: number): number {
  const started = performance.now();
  let count = 0;
  for (; performance.now() - started < milliseconds || count < minIterations; count += 1)
    JSON.stringify(JSON.parse(text));
  return ((performance.now() - started) * 1000) / count;
}

run(warmUpMs);
parentPort?.postMessage(run(measureMs));
