import { fileURLToPath } from "node:url";
import type { ViteUserConfig } from "vitest/config";
import { longestFirst } from "./longestFirst.ts";
import { patience, settleSpeedFactor } from "./speedFactor.ts";
import { type WorkerNeed, workersFor } from "./workersFor.ts";

/** What the suites of a command differ in. */
export interface SuiteConfig {
  /** Glob patterns of the test files, from the root of the repository. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** What all of it takes on the reference machine, when nothing else runs there. */
  readonly seconds: number;
  readonly worker: WorkerNeed;
  /** On the reference machine. */
  readonly testTimeoutMs: number;
  readonly hookTimeoutMs: number;
  /** Parts of the paths of the files that take longest; they begin first. */
  readonly longest?: readonly string[];
  /** Global setups beside `startRun`. */
  readonly globalSetup?: readonly string[];
}

/** Vitest's configuration for a command's suites, for the machine as it is now. */
export async function suiteConfig(suites: SuiteConfig): Promise<ViteUserConfig> {
  await settleSpeedFactor();
  const { include, exclude, seconds, worker, testTimeoutMs, hookTimeoutMs, longest = [], globalSetup = [] } = suites;
  return {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    test: {
      include: [...include],
      exclude: ["**/node_modules/**", ...exclude],
      setupFiles: ["test/failOnConsole.ts"],
      globalSetup: ["test/run/startRun.ts", ...globalSetup],
      provide: { wholeSeconds: seconds },
      sequence: { shuffle: { files: false, tests: true }, sequencer: longestFirst(longest) },
      pool: "forks",
      maxWorkers: workersFor(worker),
      testTimeout: patience(testTimeoutMs),
      hookTimeout: patience(hookTimeoutMs),
      reporters: ["default"],
    },
  };
}
