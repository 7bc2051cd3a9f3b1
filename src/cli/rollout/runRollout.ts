import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { ClusterClock } from "../../kubernetes/ClusterClock.ts";
import { type ClusterChoice, KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import { Lease } from "../../kubernetes/Lease.ts";
import { leadWhileHeld } from "../../kubernetes/leadWhileHeld.ts";
import { createRolloutApp } from "../../rollout/http/createRolloutApp.ts";
import { RolloutController } from "../../rollout/RolloutController.ts";
import { RolloutMetrics } from "../../rollout/report/RolloutMetrics.ts";
import { jsonLog } from "../../telemetry/jsonLog.ts";
import type { Log } from "../../telemetry/Log.ts";
import { MetricsServer } from "../../telemetry/MetricsServer.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import { listenError } from "../terminal/listenError.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { textLog } from "../terminal/textLog.ts";
import { untilSignal } from "../terminal/untilSignal.ts";
import { rolloutServer } from "./rolloutServer.ts";

/** Options of `postern rollout`, as they are given. */
export interface RolloutOptions extends ClusterChoice {
  readonly namespace?: string;
  readonly leaseNamespace?: string;
  readonly lease: string;
  readonly leaseSeconds: number;
  /** In seconds. */
  readonly resync: number;
  readonly port?: number;
  readonly cert?: string;
  readonly key?: string;
  readonly metricsPort?: number;
  readonly output: "text" | "json";
}

/** Attempts to renew the Lease within its duration. client-go retries every 2 s of 15 s. */
const RETRIES = 7.5;
const MAX_RETRY_MS = 2_000;
const POD_NAMESPACE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
const DEFAULT_NAMESPACE = "postern-system";

/** Runs the controller until a signal. Resolves to the exit code. Throws {@link CliError}. */
export async function runRollout(terminal: Terminal, options: RolloutOptions): Promise<number> {
  checkServerOptions(options);
  const { port, cert, key, namespace, output } = options;
  const log =
    output === "json" ? jsonLog((line) => terminal.stdout.write(`${line}\n`), Date.now) : textLog(terminal, Date.now);
  const client = await KubernetesClient.create(options);
  const clock = new ClusterClock(Date.now);
  const api = clock.recordDates(client.ask.bind(client));
  const metrics = new RolloutMetrics();
  const controller = new RolloutController({
    kubeConfig: client.kubeConfig,
    api,
    namespace,
    resyncMs: options.resync * 1000,
    log,
    metrics,
    now: () => clock.now(),
    random: Math.random,
  });
  const durationMs = options.leaseSeconds * 1000;
  const lease = new Lease(api, {
    namespace: options.leaseNamespace ?? (await ownNamespace()),
    name: options.lease,
    holder: `${hostname()}-${randomUUID().slice(0, 8)}`,
    durationMs,
    now: () => clock.now(),
  });
  return untilSignal(async (signal) => {
    const servers: { stop(): Promise<unknown> }[] = [];
    try {
      servers.push(...(await serveMetrics(options.metricsPort, metrics, log)));
      const app = createRolloutApp({ api, log, newRequest: () => requestId(Date.now()) });
      if (port !== undefined && cert !== undefined && key !== undefined)
        servers.push(await rolloutServer({ app, port, cert, key, env: terminal.env, log }));
      log.info("watching Certificates", { namespace: namespace ?? "(all)", lease: options.lease });
      await leadWhileHeld({
        lease,
        durationMs,
        retryMs: Math.min(MAX_RETRY_MS, durationMs / RETRIES),
        elapsedMs: () => performance.now(),
        sleep: (milliseconds, until) => wait(milliseconds, undefined, { signal: until }).catch(() => undefined),
        lead: (leading) => controller.lead(leading),
        onChange: (isLeading, reason) => {
          metrics.setLeading(isLeading);
          if (isLeading) log.info("became leader");
          else log.info("not leader", { reason });
        },
        signal,
      });
      log.info("stopped");
      return EXIT_OK;
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  });
}

/** Throws {@link CliError} `usage` when only some options of the server are given. */
function checkServerOptions({ port, cert, key }: RolloutOptions): void {
  if ((port === undefined) !== (cert === undefined) || (cert === undefined) !== (key === undefined))
    throw new CliError(
      "usage",
      "--port, --cert and --key need each other: POST /rollout receives tokens, so it is served only over TLS",
    );
}

/** A unique id of a request: its time in seconds, and random characters. */
function requestId(now: number): string {
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  return `${time}-${randomBytes(3).toString("hex")}`;
}

async function ownNamespace(): Promise<string> {
  const text = await readFile(POD_NAMESPACE, "utf8").catch(() => "");
  return text.trim() === "" ? DEFAULT_NAMESPACE : text.trim();
}

async function serveMetrics(port: number | undefined, metrics: RolloutMetrics, log: Log): Promise<MetricsServer[]> {
  if (port === undefined) return [];
  const server = await MetricsServer.start(port, {
    metrics: () => metrics.text(),
    health: () => undefined,
    readiness: () => undefined,
  }).catch((error: unknown): never => {
    throw listenError(error, port, "--metrics-port");
  });
  log.info("metrics", { port: server.port });
  return [server];
}
