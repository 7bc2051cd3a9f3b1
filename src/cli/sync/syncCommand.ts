import { setTimeout as sleep } from "node:timers/promises";
import { Option } from "commander";
import type { ClusterChoice } from "../../kubernetes/KubernetesClient.ts";
import { jitterOf } from "../../sync/jitterOf.ts";
import { findingsOf } from "../../sync/plan/Step.ts";
import type { SyncRun } from "../../sync/runSync.ts";
import { SyncError } from "../../sync/SyncError.ts";
import type { AddCommand } from "../program.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_NOT_IN_STEP, EXIT_OK, EXIT_ROLLED_BACK } from "../terminal/exitCode.ts";
import { parsePort } from "../terminal/optionParsers.ts";
import { contextOption, kubeconfigOption, outputOption } from "../terminal/sharedOptions.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { untilSignal } from "../terminal/untilSignal.ts";
import { SyncRunner } from "./SyncRunner.ts";
import { printSyncStep, syncReport } from "./syncReport.ts";
import { syncWatch } from "./syncWatch.ts";

interface SyncOptions extends ClusterChoice {
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

/** Adds `postern sync`: one run of the sync, or runs until a signal. */
export const syncCommand: AddCommand = (program, terminal, done) => {
  program
    .command("sync")
    .description("keep caBundle and URL of the registrations of a cluster in step with the endpoint of the gate")
    .option("--config <file>", "config of the sync (YAML)", "/etc/postern/sync.yaml")
    .option("--once", "make one run (the default)")
    .addOption(
      new Option("--watch", "make a run at each interval of the config, until SIGTERM").conflicts([
        "once",
        "dryRun",
        "jitter",
      ]),
    )
    .addOption(
      new Option(
        "--jitter",
        "wait for the time of this cluster in the window of the config, so that clusters do not call together",
      ).conflicts("dryRun"),
    )
    .addOption(
      // A dry run has nothing to measure.
      new Option("--metrics <file>", "write metrics in the Prometheus text format after each run").conflicts("dryRun"),
    )
    .option("--metrics-port <number>", "with --watch: serve /metrics, /healthz and /readyz on this port", parsePort)
    .option("--dry-run", "print what would be written; write nothing")
    .addOption(outputOption())
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern sync --config sync.yaml --dry-run --context production
  $ postern sync --config sync.yaml --watch --metrics-port 9464

Exit codes: 0 in step (roots may still wait for removal), 1 not in step and
nothing is broken, 2 usage, config, or a cluster that cannot be reached, 3 a
written value was not accepted and was rolled back.`,
    )
    .action(async (options: SyncOptions) => done(await runSyncCommand(terminal, options)));
};

/** Resolves to the exit code. Throws {@link CliError}. */
async function runSyncCommand(terminal: Terminal, options: SyncOptions): Promise<number> {
  const { output, dryRun = false, watch = false, metricsPort } = options;
  if (metricsPort !== undefined && !watch)
    throw new CliError("usage", "--metrics-port needs --watch; a single run writes --metrics FILE");
  const runner = await SyncRunner.create(terminal, { ...options, dryRun });
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
