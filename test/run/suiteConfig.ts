import { fileURLToPath } from "node:url";
import type { ViteUserConfig } from "vitest/config";
import { FAILURES_VARIABLE, FailureList } from "./failures/FailureList.ts";
import { longestFirst } from "./longestFirst.ts";
import { SecretList } from "./secrets/SecretList.ts";
import { patience, settleSpeedFactor } from "./speedFactor.ts";
import { type WorkerNeed, workersFor } from "./workersFor.ts";

/** The settings of one test command. */
export interface SuiteConfig {
  /** Glob patterns of the test files, from the root of the repository. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** The duration of all files on the idle reference machine. */
  readonly seconds: number;
  readonly worker: WorkerNeed;
  /** On the reference machine, as is `hookTimeoutMs`. */
  readonly testTimeoutMs: number;
  readonly hookTimeoutMs: number;
  /** Substrings of the paths of the slowest files, which start first. */
  readonly longest?: readonly string[];
  /** Global setups in addition to `startRun`. */
  readonly globalSetup?: readonly string[];
}

/** Vitest's configuration of a test command, adapted to the speed of this machine. */
export async function suiteConfig(suites: SuiteConfig): Promise<ViteUserConfig> {
  await settleSpeedFactor();
  const { include, exclude, seconds, worker, testTimeoutMs, hookTimeoutMs, longest = [], globalSetup = [] } = suites;
  const failuresFile = process.env[FAILURES_VARIABLE];
  return {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    test: {
      include: [...include],
      exclude: ["**/node_modules/**", ...exclude],
      setupFiles: ["test/failOnConsole.ts", "test/failOnSecret.ts"],
      globalSetup: ["test/run/startRun.ts", ...globalSetup],
      provide: { expectedSeconds: seconds },
      sequence: { shuffle: { files: false, tests: true }, sequencer: longestFirst(longest) },
      pool: "forks",
      maxWorkers: workersFor(worker),
      testTimeout: patience(testTimeoutMs),
      hookTimeout: patience(hookTimeoutMs),
      reporters: [
        "default",
        new SecretList(failuresFile),
        ...(failuresFile === undefined ? [] : [new FailureList(failuresFile)]),
      ],
    },
  };
}
