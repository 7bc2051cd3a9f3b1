import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, resolve } from "node:path";
import { aimByAnnouncement } from "../sync/announcement/aimByAnnouncement.ts";
import { apiServers } from "../sync/apiServers.ts";
import { callHttp } from "../sync/callHttp.ts";
import { parseSyncConfig } from "../sync/parseSyncConfig.ts";
import { aimByProvider } from "../sync/providers/aimByProvider.ts";
import { runSync, type SyncDeps, type SyncRun } from "../sync/runSync.ts";
import type { Step } from "../sync/Step.ts";
import { SyncCluster } from "../sync/SyncCluster.ts";
import type { SyncConfig } from "../sync/SyncConfig.ts";
import { SyncError } from "../sync/SyncError.ts";
import { SyncLease } from "../sync/SyncLease.ts";
import { syncMetrics } from "../sync/syncMetrics.ts";
import { viewEndpoint } from "../sync/viewEndpoint.ts";
import { CliError, type CliErrorCode } from "./CliError.ts";
import { EXIT_NOT_IN_STEP, EXIT_OK, EXIT_ROLLED_BACK } from "./exitCode.ts";
import { readFault } from "./findInputFiles.ts";
import { type ClusterChoice, KubernetesClient } from "./KubernetesClient.ts";
import { printSyncStep, syncReport } from "./syncReport.ts";
import type { Terminal } from "./Terminal.ts";
import { writeFileBeside } from "./writeFileBeside.ts";

/** Options of `postern sync`. */
export interface SyncOptions extends ClusterChoice {
  readonly config: string;
  readonly dryRun?: boolean;
  readonly output: "text" | "json";
  /** Where metrics go, if anywhere. */
  readonly metrics?: string;
}

/** For a call to one API server by its address, the canary's own time limit of 5 s included. In milliseconds. */
const API_SERVER_TIMEOUT = 8_000;

/** One run of the sync. Resolves to the exit code; throws {@link CliError}. */
export async function syncCommand(terminal: Terminal, options: SyncOptions): Promise<number> {
  const { output, dryRun = false } = options;
  try {
    const config = await readConfig(options.config);
    const client = await KubernetesClient.create(options);
    const aim = aimOf(terminal, config, options.config);
    const run = await runOnce(terminal, config, client, dryRun, aim, (step) => {
      if (output === "text") printSyncStep(terminal, step, dryRun);
    });
    if (output === "json") terminal.stdout.write(`${JSON.stringify(syncReport(run), null, 2)}\n`);
    if (options.metrics !== undefined) await writeMetrics(options.metrics, syncMetrics(run, config.goal));
    return exitOf(run, dryRun);
  } catch (error) {
    if (error instanceof SyncError) throw new CliError(CODES[error.code], error.message, error);
    throw error;
  }
}

const CODES: Readonly<Record<SyncError["code"], CliErrorCode>> = {
  "bad-config": "bad-sync-config",
  "unreadable-config": "bad-sync-config",
  "lease-held": "sync-held",
  "changed-in-between": "sync-held",
  "refused-by-cluster": "cluster-unreachable",
  unreachable: "cluster-unreachable",
};

/** Whole or not at all, for whoever reads it at the same time. */
async function writeMetrics(file: string, text: string): Promise<void> {
  await writeFileBeside(file, text, 0o644).catch((error: unknown): never => {
    throw new CliError("unreadable-input", `--metrics: ${file} cannot be written`, error);
  });
}

async function readConfig(file: string): Promise<SyncConfig> {
  const text = await readFile(file, "utf8").catch((error: unknown): never => {
    throw new SyncError("unreadable-config", `--config: ${file} ${readFault(error)}`, error);
  });
  const inFolder = (path: string): Promise<string> => readFile(resolve(dirname(file), path), "utf8");
  return parseSyncConfig({ name: file, text, readFile: inFolder });
}

/** How a run learns what comes next; undefined where the config alone says it. */
function aimOf({ env }: Terminal, { goal, next, hosts, timeouts }: SyncConfig, file: string): SyncDeps["aim"] {
  if (next === undefined) return undefined;
  const terms = { hosts, now: Date.now, timeout: timeouts.next, call: callHttp };
  if (next.kind === "announcement") return (targets) => aimByAnnouncement(next, goal, targets, terms);
  const deps = {
    ...terms,
    env,
    readFile: (path: string) => readFile(resolve(dirname(file), path), "utf8"),
    view: (base: string) => viewEndpoint(base, timeouts, Date.now),
  };
  return (targets) => aimByProvider(next.settings, goal, targets, deps);
}

function runOnce(
  terminal: Terminal,
  config: SyncConfig,
  client: KubernetesClient,
  dryRun: boolean,
  aim: SyncDeps["aim"],
  onStep: (step: Step) => void,
): Promise<SyncRun> {
  const api = client.ask.bind(client);
  const holder = `${hostname()}-${randomUUID().slice(0, 8)}`;
  const deps = {
    config,
    apis: async () => {
      const { apis, note } = await apiServers(api, (host, port) => {
        const one = client.at(host, port, API_SERVER_TIMEOUT);
        return one.ask.bind(one);
      });
      if (note !== undefined) terminal.stderr.write(`postern: ${note}\n`);
      return apis;
    },
    cluster: new SyncCluster(api, config.goal.gate),
    lease: new SyncLease(api, holder, config.timeouts.lease, Date.now),
    view: (base: string) => viewEndpoint(base, config.timeouts, Date.now),
    now: Date.now,
    onStep,
    ...(aim === undefined ? {} : { aim }),
  };
  return runSync(deps, { dryRun });
}

function exitOf({ last, rolledBack, steps }: SyncRun, dryRun: boolean): number {
  if (rolledBack) return EXIT_ROLLED_BACK;
  if (last.kind === "report" || last.kind === "refuse") return EXIT_NOT_IN_STEP;
  return dryRun && steps.length > 1 ? EXIT_NOT_IN_STEP : EXIT_OK;
}
