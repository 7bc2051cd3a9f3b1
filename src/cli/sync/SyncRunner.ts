import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, resolve } from "node:path";
import { readTokenFile, tokenFolderOf } from "../../announcement/providers/readTokenFile.ts";
import { callHttp } from "../../http/callHttp.ts";
import { apiServers } from "../../kubernetes/apiServers.ts";
import { ClusterClock } from "../../kubernetes/ClusterClock.ts";
import { type ClusterChoice, KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import { Lease } from "../../kubernetes/Lease.ts";
import { SYNC_LEASE, SyncCluster } from "../../sync/apply/SyncCluster.ts";
import { capabilitiesOf } from "../../sync/capability/capabilitiesOf.ts";
import { renewalTime } from "../../sync/capability/capabilityTimes.ts";
import { goalFromAnnouncement } from "../../sync/goal/goalFromAnnouncement.ts";
import { goalFromProvider } from "../../sync/goal/goalFromProvider.ts";
import { parseSyncConfig } from "../../sync/goal/parseSyncConfig.ts";
import type { SyncConfig } from "../../sync/goal/SyncConfig.ts";
import { SyncMetrics } from "../../sync/metrics/SyncMetrics.ts";
import type { Step } from "../../sync/plan/Step.ts";
import { runSync, type SyncDeps, type SyncRun } from "../../sync/runSync.ts";
import { SyncError } from "../../sync/SyncError.ts";
import { printable } from "../../telemetry/printable.ts";
import { viewEndpoint } from "../../trust/probe/viewEndpoint.ts";
import { CliError } from "../terminal/CliError.ts";
import { isShownError } from "../terminal/exitCode.ts";
import { readConfigFile } from "../terminal/readConfigFile.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { writeFileAtomically } from "../terminal/writeFileAtomically.ts";
import { callsInFlight } from "./callsInFlight.ts";
import { capabilityFetcher } from "./capabilityFetcher.ts";

/** Options of each run. */
export interface RunnerOptions extends ClusterChoice {
  readonly config: string;
  readonly dryRun: boolean;
  /** A file that metrics are written to after each run. */
  readonly metrics?: string;
  /** Port where metrics are served. */
  readonly metricsPort?: number;
}

/** Time limit of a call to the address of one API server. Includes the 5 s of the canary. */
const API_SERVER_TIMEOUT_MS = 8_000;

/**
 * Connects the sync with this machine: files, the cluster of a kubeconfig, the clock. Keeps the metrics of its runs.
 */
export class SyncRunner {
  readonly #terminal: Terminal;
  readonly #options: RunnerOptions;
  readonly #metrics: SyncMetrics;
  #config: SyncConfig;
  #capabilityDueAt: number | undefined;

  private constructor(terminal: Terminal, options: RunnerOptions, config: SyncConfig, previous: string) {
    this.#terminal = terminal;
    this.#options = options;
    this.#config = config;
    this.#metrics = new SyncMetrics(config.goal, previous);
  }

  /** Reads the config. Throws `ConfigError`. */
  static async create(terminal: Terminal, options: RunnerOptions): Promise<SyncRunner> {
    const config = await readConfig(options.config);
    const previous = options.metrics === undefined ? "" : await readFile(options.metrics, "utf8").catch(() => "");
    return new SyncRunner(terminal, options, config, previous);
  }

  /** The config as last read. */
  get config(): SyncConfig {
    return this.#config;
  }

  /** When the capability in force is due, in milliseconds since 1970. Undefined before the first run, and without one. */
  get capabilityDueAt(): number | undefined {
    return this.#capabilityDueAt;
  }

  /** The metrics in the Prometheus text format. */
  metrics(): Promise<string> {
    return this.#metrics.text();
  }

  /**
   * Reads the config again, because the files of a ConfigMap change while the process runs. Throws `ConfigError`; the
   * metrics then report a failed run, and no longer the findings of the previous one.
   */
  async reload(): Promise<void> {
    const start = Date.now();
    try {
      this.#config = await readConfig(this.#options.config);
    } catch (error) {
      return this.#failed(error, start);
    }
  }

  /**
   * Makes one run. Throws KubernetesError, {@link SyncError} or {@link CliError}; metrics are also recorded and written for
   * an error.
   */
  async run(onStep: (step: Step) => void, signal?: AbortSignal): Promise<SyncRun> {
    const start = Date.now();
    const attempt = async (): Promise<[SyncRun, KubernetesClient]> => {
      const client = await KubernetesClient.create(this.#options);
      return [await this.#runWith(client, onStep, signal), client];
    };
    const [run, client] = await attempt().catch((error: unknown) => this.#failed(error, start));
    const { intervalMs, jitterMs, catalogues, goal } = this.#config;
    const durationMs = Date.now() - start;
    const { targets, now } = run.observation;
    const due = goal.capability === undefined ? [] : capabilitiesOf(targets, goal, now);
    this.#capabilityDueAt = due.length === 0 ? undefined : Math.min(...due.map((it) => renewalTime(it, goal)));
    const inFlight = await this.#inFlight(client, run);
    this.#metrics.recordRun(run, goal, { intervalMs, jitterMs, catalogues, durationMs, inFlight });
    await this.#writeMetrics();
    return run;
  }

  /** Calls in flight, read only when metrics are written or served. */
  async #inFlight(client: KubernetesClient, { observation }: SyncRun): Promise<number | undefined> {
    const { metrics, metricsPort } = this.#options;
    if (metrics === undefined && metricsPort === undefined) return undefined;
    return callsInFlight(this.#config.load, observation.targets, client, (text) => {
      this.#terminal.stderr.write(`postern: ${printable(text)}\n`);
    });
  }

  /**
   * Records the error in the metrics and throws it again. A failure to write the metrics is ignored: this error matters
   * more.
   */
  async #failed(error: unknown, start: number): Promise<never> {
    const code = isShownError(error) ? error.code : "internal";
    if (code !== "stopped") {
      this.#metrics.recordFailure(code, Date.now(), Date.now() - start);
      await this.#writeMetrics().catch(() => undefined);
    }
    throw error;
  }

  /** Writes the file in one step, because others may read it at the same time. */
  async #writeMetrics(): Promise<void> {
    const { metrics: file } = this.#options;
    if (file === undefined) return;
    await writeFileAtomically(file, await this.#metrics.text(), 0o644).catch((error: unknown): never => {
      throw new CliError("unreadable-input", `--metrics: ${file} cannot be written`, error);
    });
  }

  #runWith(client: KubernetesClient, onStep: (step: Step) => void, signal: AbortSignal | undefined): Promise<SyncRun> {
    const config = this.#config;
    const clock = new ClusterClock(Date.now);
    const api = clock.recordDates(client.ask.bind(client));
    const holder = `${hostname()}-${randomUUID().slice(0, 8)}`;
    const resolveGoal = goalResolver(this.#terminal, config, this.#options.config);
    const fetchCapability = capabilityFetcher(this.#terminal, config);
    const deps = {
      config,
      apis: async () => {
        const servers = await apiServers(api, (host, port) => {
          const one = client.at(host, port, API_SERVER_TIMEOUT_MS);
          return one.ask.bind(one);
        });
        if (servers.note !== undefined) this.#terminal.stderr.write(`postern: ${servers.note}\n`);
        return servers;
      },
      // Either clock may have written a state.
      cluster: new SyncCluster(api, config.goal.gate, () => Math.max(Date.now(), clock.now())),
      lease: new Lease(api, { ...SYNC_LEASE, holder, durationMs: config.timeouts.leaseMs, now: () => clock.now() }),
      view: (base: string) => viewEndpoint(base, config.timeouts),
      now: Date.now,
      skewMs: () => clock.skewMs,
      onStep,
      ...(resolveGoal === undefined ? {} : { resolveGoal }),
      ...(fetchCapability === undefined ? {} : { fetchCapability }),
      ...(signal === undefined ? {} : { signal }),
    };
    return runSync(deps, { dryRun: this.#options.dryRun });
  }
}

async function readConfig(file: string): Promise<SyncConfig> {
  const text = await readConfigFile(file);
  const inFolder = (path: string): Promise<string> => readFile(resolve(dirname(file), path), "utf8");
  return parseSyncConfig({ name: file, text, readFile: inFolder });
}

/** How a run learns what comes next. Undefined when only the config determines it. */
function goalResolver(
  { env }: Terminal,
  { goal, next, hosts, timeouts }: SyncConfig,
  file: string,
): SyncDeps["resolveGoal"] {
  if (next === undefined) return undefined;
  const terms = { hosts, now: Date.now, timeoutMs: timeouts.nextMs, call: callHttp };
  if (next.kind === "announcement") return (targets) => goalFromAnnouncement(next, goal, targets, terms);
  // Not the folder of the config: who writes the config must not choose which file is a token.
  const tokens = tokenFolderOf(env);
  const deps = {
    ...terms,
    env,
    readFile: (path: string) => readFile(resolve(dirname(file), path), "utf8"),
    readToken: (path: string) => readTokenFile(path, { base: tokens, folders: [tokens] }),
    view: (base: string) => viewEndpoint(base, timeouts),
  };
  return (targets) => goalFromProvider(next.settings, goal, targets, deps);
}
