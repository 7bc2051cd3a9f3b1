import type { GateSources } from "../../doctor/cluster/ClusterView.ts";
import { viewCluster } from "../../doctor/cluster/viewCluster.ts";
import { diagnose } from "../../doctor/diagnose.ts";
import { callHttp } from "../../http/callHttp.ts";
import { ignoredProxy } from "../../http/ignoredProxy.ts";
import { type ClusterChoice, KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import { viewEndpoint } from "../../trust/probe/viewEndpoint.ts";
import { SyncRunner } from "../sync/SyncRunner.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_ERRORS, EXIT_OK, EXIT_WARNINGS } from "../terminal/exitCode.ts";
import { whileWorking } from "../terminal/progress/whileWorking.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { doctorReport, printDoctorReport } from "./doctorReport.ts";
import type { ReadGateSources } from "./GateReader.ts";

/** Options of `postern doctor`, as they are given. */
export interface DoctorOptions extends ClusterChoice {
  /** Config file of a sync. */
  readonly config?: string;
  /** Name of the cluster in the gate. */
  readonly cluster?: string;
  readonly gate?: string;
  readonly output: "text" | "json";
}

/** Of the handshakes with an endpoint. */
export const TIMEOUTS = { handshakeMs: 5_000, probeMs: 20_000 };

/** Checks a cluster and prints the report. Resolves to the exit code, which follows from the worst finding. Throws {@link CliError}. */
export async function runDoctor(
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
  const view = await whileWorking(terminal, "reading the cluster, and asking the endpoints", () =>
    viewCluster({
      api: client.ask.bind(client),
      now: Date.now,
      view: (base) => viewEndpoint(base, config?.timeouts ?? TIMEOUTS),
      call: callHttp,
      cluster,
      config,
      sources,
      plan: runner === undefined ? undefined : () => runner.run(() => undefined),
    }),
  );
  const note = ignoredProxy(
    terminal.env,
    view.endpoints.map(({ base }) => base),
  );
  if (note !== undefined) terminal.stderr.write(`postern: ${note}\n`);
  const report = doctorReport(view, diagnose(view));
  if (output === "json") terminal.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else printDoctorReport(terminal, report);
  return EXITS[report.result];
}

/** The exit code for a report. */
export const EXITS = { ok: EXIT_OK, warning: EXIT_WARNINGS, error: EXIT_ERRORS } as const;

async function sourcesOf(
  gate: string | undefined,
  cluster: string | undefined,
  readSources: ReadGateSources | undefined,
): Promise<GateSources | undefined> {
  if (gate === undefined || readSources === undefined) return undefined;
  if (cluster === undefined)
    throw new CliError("usage", "--gate needs the name of the cluster: use --cluster, or the --config of a sync");
  return (await readSources(gate)).sourcesFor(cluster);
}
