import { Option } from "commander";
import type { AddCommand } from "../program.ts";
import { parsePort } from "../terminal/optionParsers.ts";
import { contextOption, kubeconfigOption, outputOption } from "../terminal/sharedOptions.ts";
import type { SyncOptions } from "./runSyncCommand.ts";

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
    .action(async (options: SyncOptions) =>
      done(await (await import("./runSyncCommand.ts")).runSyncCommand(terminal, options)),
    );
};
