import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, resolve } from "node:path";
import { ConfigError } from "../../config/ConfigError.ts";
import { apiServers } from "../../kubernetes/apiServers.ts";
import { ClusterClock } from "../../kubernetes/ClusterClock.ts";
import { type ClusterChoice, KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import { Lease } from "../../kubernetes/Lease.ts";
import { SYNC_LEASE, SyncCluster } from "../../sync/apply/SyncCluster.ts";
import { goalFromAnnouncement } from "../../sync/goal/goalFromAnnouncement.ts";
import { goalFromProvider } from "../../sync/goal/goalFromProvider.ts";
import { parseSyncConfig } from "../../sync/goal/parseSyncConfig.ts";
import type { SyncConfig } from "../../sync/goal/SyncConfig.ts";
import { SyncMetrics } from "../../sync/metrics/SyncMetrics.ts";
import type { Step } from "../../sync/plan/Step.ts";
import { runSync, type SyncDeps, type SyncRun } from "../../sync/runSync.ts";
import { SyncError } from "../../sync/SyncError.ts";
import { printable } from "../../telemetry/printable.ts";
import { callHttp } from "../../trust/probe/callHttp.ts";
import { viewEndpoint } from "../../trust/probe/viewEndpoint.ts";
import { readFault } from "../manifests/findInputFiles.ts";
import { CliError } from "../terminal/CliError.ts";
import { isShownError } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { writeFileBeside } from "../terminal/writeFileBeside.ts";
import { callsInFlight } from "./callsInFlight.ts";

/** What each run is made of. */
export interface RunnerOptions extends ClusterChoice {
  readonly config: string;
  readonly dryRun: boolean;
  /** A file that metrics are written to after each run. */
  readonly metrics?: string;
  /** Where they are served, if anywhere. */
  readonly metricsPort?: number;
}

/** For a call to one API server by its address, the canary's own time limit of 5 s included. In milliseconds. */
const API_SERVER_TIMEOUT = 8_000;

/** Joins the sync with this machine: files, the cluster that a kubeconfig names, the clock. Keeps the metrics of its runs. */
export class SyncRunner {
  readonly #terminal: Terminal;
  readonly #options: RunnerOptions;
  readonly #metrics: SyncMetrics;
  #config: SyncConfig;

  private constructor(terminal: Terminal, options: RunnerOptions, config: SyncConfig, previous: string) {
    this.#terminal = terminal;
    this.#options = options;
    this.#config = config;
    this.#metrics = new SyncMetrics(config.goal, previous);
  }

  /** Reads the config. Throws {@link SyncError}. */
  static async create(terminal: Terminal, options: RunnerOptions): Promise<SyncRunner> {
    const config = await readConfig(options.config);
    const previous = options.metrics === undefined ? "" : await readFile(options.metrics, "utf8").catch(() => "");
    return new SyncRunner(terminal, options, config, previous);
  }

  /** As it was read last. */
  get config(): SyncConfig {
    return this.#config;
  }

  /** In the Prometheus text format. */
  metrics(): Promise<string> {
    return this.#metrics.text();
  }

  /**
   * Reads the config anew: a ConfigMap's files change under a process. Throws {@link SyncError}; metrics say that the run
   * could not be made, and not what the one before it found.
   */
  async reload(): Promise<void> {
    const start = Date.now();
    try {
      this.#config = await readConfig(this.#options.config);
    } catch (error) {
      return this.#failed(error, start);
    }
  }

  /** One run. Throws {@link SyncError} or {@link CliError}; metrics are kept, and written, of that too. */
  async run(onStep: (step: Step) => void, signal?: AbortSignal): Promise<SyncRun> {
    const start = Date.now();
    const make = async (): Promise<[SyncRun, KubernetesClient]> => {
      const client = await KubernetesClient.create(this.#options);
      return [await this.#runWith(client, onStep, signal), client];
    };
    const [run, client] = await make().catch((error: unknown) => this.#failed(error, start));
    const { interval, jitter, catalogues, goal } = this.#config;
    const duration = Date.now() - start;
    const inFlight = await this.#inFlight(client, run);
    this.#metrics.ran(run, goal, { interval, jitter, catalogues, duration, inFlight });
    await this.#writeMetrics();
    return run;
  }

  /** Nobody is asked where nobody is told. */
  async #inFlight(client: KubernetesClient, { observation }: SyncRun): Promise<number | undefined> {
    const { metrics, metricsPort } = this.#options;
    if (metrics === undefined && metricsPort === undefined) return undefined;
    return callsInFlight(this.#config.load, observation.targets, client, (text) => {
      this.#terminal.stderr.write(`postern: ${printable(text)}\n`);
    });
  }

  /** Throws the error again: what kept a run from being made says more than that it could not be written down. */
  async #failed(error: unknown, start: number): Promise<never> {
    const code = isShownError(error) ? error.code : "internal";
    if (code !== "stopped") {
      this.#metrics.failed(code, Date.now(), Date.now() - start);
      await this.#writeMetrics().catch(() => undefined);
    }
    throw error;
  }

  /** Whole or not at all, for whoever reads it at the same time. */
  async #writeMetrics(): Promise<void> {
    const { metrics: file } = this.#options;
    if (file === undefined) return;
    await writeFileBeside(file, await this.#metrics.text(), 0o644).catch((error: unknown): never => {
      throw new CliError("unreadable-input", `--metrics: ${file} cannot be written`, error);
    });
  }

  #runWith(client: KubernetesClient, onStep: (step: Step) => void, signal: AbortSignal | undefined): Promise<SyncRun> {
    const config = this.#config;
    const clock = new ClusterClock(Date.now);
    const api = clock.listen(client.ask.bind(client));
    const holder = `${hostname()}-${randomUUID().slice(0, 8)}`;
    const aim = aimOf(this.#terminal, config, this.#options.config);
    const deps = {
      config,
      apis: async () => {
        const servers = await apiServers(api, (host, port) => {
          const one = client.at(host, port, API_SERVER_TIMEOUT);
          return one.ask.bind(one);
        });
        if (servers.note !== undefined) this.#terminal.stderr.write(`postern: ${servers.note}\n`);
        return servers;
      },
      cluster: new SyncCluster(api, config.goal.gate),
      lease: new Lease(api, { ...SYNC_LEASE, holder, duration: config.timeouts.lease, now: () => clock.now() }),
      view: (base: string) => viewEndpoint(base, config.timeouts, Date.now),
      now: Date.now,
      skew: () => clock.skew,
      onStep,
      ...(aim === undefined ? {} : { aim }),
      ...(signal === undefined ? {} : { signal }),
    };
    return runSync(deps, { dryRun: this.#options.dryRun });
  }
}

async function readConfig(file: string): Promise<SyncConfig> {
  const text = await readFile(file, "utf8").catch((error: unknown): never => {
    throw new ConfigError("unreadable-config", `--config: ${file} ${readFault(error)}`, error);
  });
  const inFolder = (path: string): Promise<string> => readFile(resolve(dirname(file), path), "utf8");
  return parseSyncConfig({ name: file, text, readFile: inFolder });
}

/** How a run learns what comes next; undefined where the config alone says it. */
function aimOf({ env }: Terminal, { goal, next, hosts, timeouts }: SyncConfig, file: string): SyncDeps["aim"] {
  if (next === undefined) return undefined;
  const terms = { hosts, now: Date.now, timeout: timeouts.next, call: callHttp };
  if (next.kind === "announcement") return (targets) => goalFromAnnouncement(next, goal, targets, terms);
  const deps = {
    ...terms,
    env,
    readFile: (path: string) => readFile(resolve(dirname(file), path), "utf8"),
    view: (base: string) => viewEndpoint(base, timeouts, Date.now),
  };
  return (targets) => goalFromProvider(next.settings, goal, targets, deps);
}
