import { setTimeout as sleep } from "node:timers/promises";
import { ignoredProxy } from "../../http/ignoredProxy.ts";
import type { ClusterChoice } from "../../kubernetes/KubernetesClient.ts";
import { jitterOf } from "../../sync/jitterOf.ts";
import { findingsOf } from "../../sync/plan/Step.ts";
import type { SyncRun } from "../../sync/runSync.ts";
import { SyncError } from "../../sync/SyncError.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_NOT_IN_STEP, EXIT_OK, EXIT_ROLLED_BACK } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { untilSignal } from "../terminal/untilSignal.ts";
import { SyncRunner } from "./SyncRunner.ts";
import { printSyncStep, syncReport } from "./syncReport.ts";
import { syncWatch } from "./syncWatch.ts";

/** Options of `postern sync`, as they are given. */
export interface SyncOptions extends ClusterChoice {
  readonly config: string;
  readonly watch?: boolean;
  readonly jitter?: boolean;
  readonly dryRun?: boolean;
  readonly output: "text" | "json";
  /** File for metrics. */
  readonly metrics?: string;
  /** Port for metrics; only with `watch`. */
  readonly metricsPort?: number;
}

/** Makes one run, or runs until a signal. Resolves to the exit code. Throws {@link CliError}. */
export async function runSyncCommand(terminal: Terminal, options: SyncOptions): Promise<number> {
  const { output, dryRun = false, watch = false, metricsPort } = options;
  if (metricsPort !== undefined && !watch)
    throw new CliError("usage", "--metrics-port needs --watch; a single run writes --metrics FILE");
  const runner = await SyncRunner.create(terminal, { ...options, dryRun });
  const note = ignoredProxy(
    terminal.env,
    runner.config.hosts.map((host) => `https://${host}`),
  );
  if (note !== undefined) terminal.stderr.write(`postern: ${note}\n`);
  if (watch) return await syncWatch(terminal, runner, { output, metricsPort });
  const run = await untilSignal(async (signal) => {
    if (options.jitter === true) await waitForSlot(terminal, runner, signal);
    return runner.run((step) => {
      if (output === "text") printSyncStep(terminal, step, dryRun);
    }, signal);
  });
  if (output === "json") terminal.stdout.write(`${JSON.stringify(syncReport(run), null, 2)}\n`);
  return exitOf(run, dryRun);
}

/** Prints the wait, because a silent minute would look like a hang. */
async function waitForSlot(terminal: Terminal, { config }: SyncRunner, signal: AbortSignal): Promise<void> {
  const delayMs = jitterOf(config.goal, config.jitterMs);
  if (delayMs > 0) terminal.stderr.write(`postern: starts in ${Math.ceil(delayMs / 1000)} s (--jitter)\n`);
  await sleep(delayMs, undefined, { signal }).catch((error: unknown): never => {
    throw new SyncError("stopped", "stopped before the run", error);
  });
}

function exitOf({ last, rolledBack, steps }: SyncRun, dryRun: boolean): number {
  if (rolledBack) return EXIT_ROLLED_BACK;
  if (findingsOf(last).length > 0) return EXIT_NOT_IN_STEP;
  return dryRun && steps.length > 1 ? EXIT_NOT_IN_STEP : EXIT_OK;
}
