import { parentPort, workerData } from "node:worker_threads";

/** A thread of {@link measureSpeed}: posts the microseconds that one parse and one print of `text` take here now. */
const { text, warmUpMs, measureMs, leastCount } = workerData as {
  text: string;
  warmUpMs: number;
  measureMs: number;
  leastCount: number;
};

function run(milliseconds: number): number {
  const started = performance.now();
  let count = 0;
  for (; performance.now() - started < milliseconds || count < leastCount; count += 1) JSON.stringify(JSON.parse(text));
  return ((performance.now() - started) * 1000) / count;
}

run(warmUpMs);
parentPort?.postMessage(run(measureMs));
