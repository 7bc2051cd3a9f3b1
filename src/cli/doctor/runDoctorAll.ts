import { type ViewDeps, viewCluster } from "../../doctor/cluster/viewCluster.ts";
import type { Severity } from "../../doctor/DoctorFinding.ts";
import { diagnose } from "../../doctor/diagnose.ts";
import { callHttp } from "../../http/callHttp.ts";
import { ignoredProxy } from "../../http/ignoredProxy.ts";
import type { KubernetesApi } from "../../kubernetes/KubernetesApi.ts";
import { loadKubeConfig } from "../../kubernetes/loadKubeConfig.ts";
import type { EndpointView } from "../../trust/EndpointView.ts";
import { viewEndpoint } from "../../trust/probe/viewEndpoint.ts";
import { askClusters, type ClusterAnswer } from "../fleet/askClusters.ts";
import { chooseFleet, chosenOf, type FleetOptions } from "../fleet/chooseFleet.ts";
import type { FleetCluster } from "../fleet/FleetCluster.ts";
import { FleetProgress } from "../fleet/FleetProgress.ts";
import { type FleetRow, printFleetTable } from "../fleet/fleetTable.ts";
import { shortList } from "../fleet/shortList.ts";
import { SyncRunner } from "../sync/SyncRunner.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_FAILED } from "../terminal/exitCode.ts";
import { jsonText } from "../terminal/jsonLine.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { type DoctorReport, doctorReport } from "./doctorReport.ts";
import type { GateReader, ReadGateSources } from "./GateReader.ts";
import { EXITS, TIMEOUTS } from "./runDoctor.ts";

/** Options of `postern doctor --all`, as they are given. */
export interface DoctorAllOptions extends FleetOptions {
  /** Config files of syncs, with `{cluster}`. */
  readonly config?: string;
  readonly gate?: string;
  readonly output: "text" | "json";
  readonly timeout: number;
}

/**
 * Checks all clusters of a gate, of `--clusters`, or of the kubeconfig, and prints one line for each. Resolves to the exit code of
 * the worst one. Throws {@link CliError}, `ConfigError`, and `KubernetesError` when the kubeconfig cannot be used.
 */
export async function runDoctorAll(
  terminal: Terminal,
  options: DoctorAllOptions,
  readSources: ReadGateSources | undefined,
): Promise<number> {
  const isJson = options.output === "json";
  const reader = options.gate === undefined ? undefined : await readSources?.(options.gate);
  const { clusters, areNamed } = await clustersOf(reader, options);
  const configOf = configFiles(options.config, areNamed);
  const progress = new FleetProgress(terminal, clusters.length, isJson);
  const view = oncePer((base) => viewEndpoint(base, TIMEOUTS));
  const bases = new Set<string>();
  const timeoutMs = options.timeout * 1_000;
  const answers = await askClusters(clusters, { timeoutMs, progress }, async (client, member, signal) => {
    const { name } = member;
    let lost: unknown;
    const api: KubernetesApi = (request) =>
      client.ask(request).catch((error: unknown): never => {
        lost = error;
        throw error;
      });
    const sources = await reader?.sourcesFor(name);
    const cluster = areNamed ? name : undefined;
    const file = configOf(member);
    const synced = file === undefined ? NO_SYNC : await readSync(terminal, file, member, signal);
    const found = await viewCluster({ ...VIEW, ...synced, api, view, cluster, sources }).catch(
      (error: unknown): never => {
        // Why a call had no answer says more than what could not be read for it.
        throw lost ?? error;
      },
    );
    for (const { base } of found.endpoints) bases.add(base);
    return doctorReport(found, diagnose(found));
  });
  const note = ignoredProxy(terminal.env, [...bases]);
  if (note !== undefined) terminal.stderr.write(`postern: ${note}\n`);
  if (isJson) terminal.stdout.write(jsonText({ clusters: answers.map(jsonOf) }));
  else {
    printFleetTable(terminal, answers.map(rowOf));
    if (answers.some((answer) => "value" in answer && answer.value.result !== "ok"))
      terminal.stdout.write("postern doctor --context NAME prints the findings of one cluster, and what to do\n");
  }
  return Math.max(...answers.map((answer) => ("value" in answer ? EXITS[answer.value.result] : EXIT_FAILED)));
}

/** What the views of all clusters have in common. */
const VIEW = { now: Date.now, call: callHttp };
const NO_SYNC = { config: undefined, plan: undefined };

/** Which file has the config of a cluster's sync: its own, or that of `--config`. Throws {@link CliError} `usage`. */
function configFiles(template: string | undefined, areNamed: boolean): (cluster: FleetCluster) => string | undefined {
  if (template !== undefined && !template.includes("{cluster}"))
    throw new CliError("usage", "--config needs {cluster} with --all, such as sync/{cluster}.yaml");
  if (template !== undefined && !areNamed)
    throw new CliError("usage", "--config needs the names of clusters: give --gate or --clusters");
  return ({ config, name }) => config ?? template?.replaceAll("{cluster}", () => name);
}

/** The config of a cluster's sync, and a dry run of it. Throws `ConfigError`, and {@link CliError} when it is of another cluster. */
async function readSync(
  terminal: Terminal,
  file: string,
  { name, context, kubeconfig }: FleetCluster,
  signal: AbortSignal,
): Promise<Pick<ViewDeps, "config" | "plan">> {
  const choice = {
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  };
  const runner = await SyncRunner.create(terminal, { ...choice, config: file, dryRun: true });
  const { cluster } = runner.config.goal;
  if (cluster !== name) throw new CliError("usage", `${file}: cluster: expected ${name}, and it is ${cluster}`);
  return { config: runner.config, plan: () => runner.run(() => undefined, signal) };
}

/** Without a gate and `--clusters`, each context of the kubeconfig is a cluster, whose name in the gate its registrations say. */
async function clustersOf(
  reader: GateReader | undefined,
  options: DoctorAllOptions,
): Promise<{ readonly clusters: readonly FleetCluster[]; readonly areNamed: boolean }> {
  if (reader !== undefined || options.clusters !== undefined)
    return { clusters: (await chooseFleet(reader?.gate, options)).chosen, areNamed: true };
  if (options.contexts !== undefined)
    throw new CliError("usage", "--contexts needs the names of clusters: give --gate or --clusters");
  const config = await loadKubeConfig(options.kubeconfig);
  const contexts = [...new Set(config.getContexts().map(({ name }) => name))];
  if (contexts.length === 0) throw new CliError("usage", "--all: the kubeconfig has no contexts");
  return {
    clusters: chosenOf(
      contexts.map((name) => ({ name })),
      options,
    ),
    areNamed: false,
  };
}

/** All clusters may call one endpoint, whose chains are then looked at once. */
function oncePer(view: (base: string) => Promise<EndpointView>): (base: string) => Promise<EndpointView> {
  const views = new Map<string, Promise<EndpointView>>();
  return (base) => {
    const known = views.get(base) ?? view(base);
    views.set(base, known);
    return known;
  };
}

function jsonOf(answer: ClusterAnswer<DoctorReport>): object {
  const { name, context } = answer.cluster;
  const { result, ...rest } = "value" in answer ? answer.value : { result: answer.kind, fault: answer.fault };
  return { cluster: name, context: context ?? null, result, ...rest };
}

const COLORS = { ok: "green", warning: "yellow", error: "red" } as const;

function rowOf(answer: ClusterAnswer<DoctorReport>): FleetRow {
  const { name, context } = answer.cluster;
  if (!("value" in answer)) return { cluster: name, context, result: answer.kind, color: "red", detail: answer.fault };
  const { result, findings } = answer.value;
  const part = (severity: Severity, one: string): string[] => {
    const codes = findings.filter((it) => it.severity === severity).map(({ code }) => code);
    const noun = codes.length === 1 ? one : `${one}s`;
    return codes.length === 0 ? [] : [`${codes.length} ${noun}: ${shortList([...new Set(codes)])}`];
  };
  const detail = [...part("error", "error"), ...part("warning", "warning")].join("; ");
  return { cluster: name, context, result, color: COLORS[result], detail };
}
