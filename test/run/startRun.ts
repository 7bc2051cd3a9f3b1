import type { TestProject } from "vitest/node";
import { speedFactor } from "./speedFactor.ts";
import { TestRun } from "./TestRun.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** What all suites of the command take on the reference machine, in seconds. */
    wholeSeconds: number;
  }
}

/** Vitest's own workers, and what they watch each other with, are there until it ends. */
const VITEST = /node_modules\/(vitest|@?esbuild)|^vitest-watchdog/;

/**
 * Vitest's global setup of all suites: prints the speed factor, the number of workers and the expected time, and gives the run a
 * folder of its own and a watcher. Throws at the end when a suite has left a process behind.
 */
export default function startRun({ config }: TestProject): () => void {
  const run = TestRun.start();
  const factor = speedFactor();
  const minutes = Math.max(1, Math.round(((config.provide.wholeSeconds ?? 0) * factor) / 60));
  process.stderr.write(
    `speed factor ${factor.toFixed(2)} (1: the reference machine; 2: half as fast), ${config.maxWorkers} files at a time; all suites of this command take about ${minutes} min\n`,
  );
  return () => {
    const left = run.processes().filter(({ command }) => !VITEST.test(command));
    if (left.length > 0)
      throw new Error(`left behind: ${left.map(({ pid, command }) => `${pid} ${command}`).join("; ")}`);
  };
}
