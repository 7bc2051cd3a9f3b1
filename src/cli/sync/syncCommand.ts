import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterChoice } from "../../kubernetes/KubernetesClient.ts";
import { jitterOf } from "../../sync/jitterOf.ts";
import { findingsOf } from "../../sync/plan/findingsOf.ts";
import type { SyncRun } from "../../sync/runSync.ts";
import { SyncError } from "../../sync/SyncError.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_NOT_IN_STEP, EXIT_OK, EXIT_ROLLED_BACK } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { untilSignal } from "../terminal/untilSignal.ts";
import { SyncRunner } from "./SyncRunner.ts";
import { printSyncStep, syncReport } from "./syncReport.ts";
import { syncWatch } from "./syncWatch.ts";

/** Options of `postern sync`. */
export interface SyncOptions extends ClusterChoice {
  readonly config: string;
  readonly watch?: boolean;
  readonly jitter?: boolean;
  readonly dryRun?: boolean;
  readonly output: "text" | "json";
  /** Where metrics go, if anywhere. */
  readonly metrics?: string;
  /** Where metrics are served, with `watch`. */
  readonly metricsPort?: number;
}

/** One run of the sync, or runs until a signal ends it. Resolves to the exit code; throws {@link CliError}. */
export async function syncCommand(terminal: Terminal, options: SyncOptions): Promise<number> {
  const { output, dryRun = false, watch = false, metricsPort } = options;
  if (metricsPort !== undefined && !watch)
    throw new CliError("usage", "--metrics-port goes with --watch; a single run writes --metrics FILE");
  const runner = await SyncRunner.create(terminal, { ...options, dryRun });
  if (watch) return await syncWatch(terminal, runner, { output, metricsPort });
  const run = await untilSignal(async (signal) => {
    if (options.jitter === true) await waitForPlace(terminal, runner, signal);
    return runner.run((step) => {
      if (output === "text") printSyncStep(terminal, step, dryRun);
    }, signal);
  });
  if (output === "json") terminal.stdout.write(`${JSON.stringify(syncReport(run), null, 2)}\n`);
  return exitOf(run, dryRun);
}

/** A minute without a word would look as if it hung. */
async function waitForPlace(terminal: Terminal, { config }: SyncRunner, signal: AbortSignal): Promise<void> {
  const milliseconds = jitterOf(config.goal, config.jitter);
  if (milliseconds > 0) terminal.stderr.write(`postern: begins in ${Math.ceil(milliseconds / 1000)} s (--jitter)\n`);
  await sleep(milliseconds, undefined, { signal }).catch((error: unknown): never => {
    throw new SyncError("stopped", "it was stopped before it began", error);
  });
}

function exitOf({ last, rolledBack, steps }: SyncRun, dryRun: boolean): number {
  if (rolledBack) return EXIT_ROLLED_BACK;
  if (findingsOf(last).length > 0) return EXIT_NOT_IN_STEP;
  return dryRun && steps.length > 1 ? EXIT_NOT_IN_STEP : EXIT_OK;
}
