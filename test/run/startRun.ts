import type { TestProject } from "vitest/node";
import { TestRun } from "./processes/TestRun.ts";
import { secretFiles } from "./secrets/secretFiles.ts";
import { speedFactor } from "./speedFactor.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The duration of all test files of the command on the reference machine. */
    expectedSeconds: number;
  }
}

/** What a run makes once for all tests. Bundles hold the gates of tests, with what they plant. */
const MADE_ONCE = ["once"];
/** Vitest's own processes, which run until it ends. */
const VITEST = /node_modules\/(vitest|@?esbuild)|^vitest-watchdog/;

/**
 * Vitest's global setup of all test commands. Prints the speed factor, the number of workers and the expected duration,
 * and starts a {@link TestRun}. The teardown throws when a process of the run still runs, or a file that is left in its folder has a
 * planted secret.
 */
export default function startRun({ config }: TestProject): () => void {
  const run = TestRun.start();
  const factor = speedFactor();
  const minutes = Math.max(1, Math.round(((config.provide.expectedSeconds ?? 0) * factor) / 60));
  process.stderr.write(
    `speed factor ${factor.toFixed(2)} (1: the reference machine; 2: half as fast), ${config.maxWorkers} files at a time; all tests of this command take about ${minutes} min\n`,
  );
  return () => {
    const left = run.processes().filter(({ command }) => !VITEST.test(command));
    if (left.length > 0)
      throw new Error(`processes still run: ${left.map(({ pid, command }) => `${pid} ${command}`).join("; ")}`);
    const secrets = secretFiles(run.folder, MADE_ONCE);
    if (secrets.length > 0) throw new Error(`planted secrets are in files that tests left: ${secrets.join("; ")}`);
  };
}
