import type { GateSources } from "../../doctor/cluster/ClusterView.ts";
import { viewCluster } from "../../doctor/cluster/viewCluster.ts";
import { diagnose } from "../../doctor/diagnose.ts";
import { type ClusterChoice, KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import { callHttp } from "../../trust/probe/callHttp.ts";
import { viewEndpoint } from "../../trust/probe/viewEndpoint.ts";
import type { AddCommand } from "../program.ts";
import { SyncRunner } from "../sync/SyncRunner.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_ERRORS, EXIT_OK, EXIT_WARNINGS } from "../terminal/exitCode.ts";
import { contextOption, kubeconfigOption, outputOption } from "../terminal/sharedOptions.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { doctorReport, printDoctorReport } from "./doctorReport.ts";

interface DoctorOptions extends ClusterChoice {
  /** Config file of a sync. */
  readonly config?: string;
  /** Name of the cluster in the gate. */
  readonly cluster?: string;
  readonly gate?: string;
  readonly output: "text" | "json";
}

/** Loads the gate that a file exports, with its settings for a cluster. Throws {@link CliError}. */
export type ReadGateSources = (file: string, cluster: string) => Promise<GateSources>;

const TIMEOUTS = { handshakeMs: 5_000, probeMs: 20_000 };

/**
 * Adds `postern doctor`: checks the registrations of a cluster. The option `--gate` exists only with `readSources`; the
 * container image cannot read sources.
 */
export function doctorCommand(readSources?: ReadGateSources): AddCommand {
  return (program, terminal, done) => {
    const command = program
      .command("doctor")
      .description("check the registrations of a gate in a cluster and print what to do; changes nothing")
      .option("--config <file>", "config of the sync: also checks its roots, its key and its next step")
      .option("--cluster <name>", "name of the cluster in the gate (default: from the config or each registration)");
    if (readSources !== undefined)
      command.option("--gate <file>", "file that exports the gate: also checks that all of its policies are called");
    command
      .addOption(outputOption())
      .addOption(contextOption())
      .addOption(kubeconfigOption())
      .addHelpText(
        "after",
        `
Example:
  $ postern doctor --context production --config sync.yaml

The endpoint is checked from this machine, and from the API server with a
self-test (a dry run).
Exit codes: 0 no findings, 1 warnings, 2 usage, config, or a cluster that cannot
be read, 3 errors.`,
      )
      .action(async (options: DoctorOptions) => done(await runDoctor(terminal, options, readSources)));
  };
}

/** Resolves to the exit code, which follows from the worst finding. Throws {@link CliError}. */
async function runDoctor(
  terminal: Terminal,
  options: DoctorOptions,
  readSources: ReadGateSources | undefined,
): Promise<number> {
  const { config: file, output } = options;
  const runner =
    file === undefined ? undefined : await SyncRunner.create(terminal, { ...options, config: file, dryRun: true });
  const config = runner?.config;
  const cluster = options.cluster ?? config?.goal.cluster;
  const sources = await sourcesOf(options.gate, cluster, readSources);
  const client = await KubernetesClient.create(options);
  const view = await viewCluster({
    api: client.ask.bind(client),
    now: Date.now,
    view: (base) => viewEndpoint(base, config?.timeouts ?? TIMEOUTS),
    call: callHttp,
    cluster,
    config,
    sources,
    plan: runner === undefined ? undefined : () => runner.run(() => undefined),
  });
  const report = doctorReport(view, diagnose(view));
  if (output === "json") terminal.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else printDoctorReport(terminal, report);
  return EXITS[report.result];
}

const EXITS = { ok: EXIT_OK, warning: EXIT_WARNINGS, error: EXIT_ERRORS } as const;

async function sourcesOf(
  gate: string | undefined,
  cluster: string | undefined,
  readSources: ReadGateSources | undefined,
): Promise<GateSources | undefined> {
  if (gate === undefined || readSources === undefined) return undefined;
  if (cluster === undefined)
    throw new CliError("usage", "--gate needs the name of the cluster: use --cluster, or the --config of a sync");
  return readSources(gate, cluster);
}
