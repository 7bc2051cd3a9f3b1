import { randomUUID } from "node:crypto";
import { verdictLines } from "../gate/answer/logVerdict.ts";
import { selfTestCall } from "../gate/answer/selfTestCall.ts";
import { checkRecorder } from "../gate/config/checkRecorder.ts";
import type { Gate } from "../gate/config/defineGate.ts";
import { GateConfigError } from "../gate/config/GateConfigError.ts";
import { parseAddressKey } from "../gate/config/parseAddressKey.ts";
import { parseSigningKey } from "../gate/config/parseSigningKey.ts";
import { GateError } from "../gate/GateError.ts";
import { errorResponse } from "../gate/http/errorResponse.ts";
import type { AsyncContext } from "../telemetry/context/AsyncContext.ts";
import { contextLog } from "../telemetry/context/contextLog.ts";
import { nodeAsyncContext } from "../telemetry/context/nodeAsyncContext.ts";
import { jsonLog } from "../telemetry/jsonLog.ts";
import { limitLines } from "../telemetry/limitLines.ts";
import { MetricsServer } from "../telemetry/MetricsServer.ts";
import { MeteredGate } from "../telemetry/metrics/MeteredGate.ts";
import { prometheusMeter } from "../telemetry/metrics/prometheusMeter.ts";
import { CertificateReloader } from "../tls/CertificateReloader.ts";
import { readTlsEnv, type TlsEnv } from "../tls/readTlsEnv.ts";
import { serveUntilSignal } from "../tls/server/serveUntilSignal.ts";
import { TlsMetrics } from "../tls/TlsMetrics.ts";
import type { TlsSettings } from "../tls/TlsSettings.ts";
import { NodeCertificates } from "./certificate/NodeCertificates.ts";
import { type CertificateEnv, readCertificateEnv } from "./certificate/readCertificateEnv.ts";
import { NodeGate } from "./NodeGate.ts";
import { nodeMemory } from "./nodeMemory.ts";
import { type RateEnv, readRates } from "./rates/readRates.ts";
import { readAnnouncementFile } from "./readAnnouncementFile.ts";
import { nodeRecords } from "./records/nodeRecords.ts";
import type { RecordsEnv } from "./records/openNodeStore.ts";
import { recordInThread } from "./records/recordInThread.ts";
import { isRecordThread } from "./records/recordThreadData.ts";
import { servedHosts } from "./servedHosts.ts";
import { flushRegularly } from "./telemetry/flushRegularly.ts";
import type { NodeTelemetryFactory } from "./telemetry/nodeTelemetry.ts";
import { isJudgeThread } from "./thread/judgeThreadData.ts";

/** Environment of a Node process that serves a gate. Without a certificate it serves plain HTTP. */
export interface ServeEnv extends TlsEnv, RecordsEnv, CertificateEnv, RateEnv {
  readonly [name: string]: string | undefined;
  /** The port of the gate. Default 8443. */
  readonly POSTERN_PORT?: string | undefined;
  /** The address to listen on. Default: all addresses. */
  readonly POSTERN_HOST?: string | undefined;
  /** The port of `/metrics`, `/healthz` and `/readyz` in plain HTTP. Without it they are not served there. */
  readonly POSTERN_METRICS_PORT?: string | undefined;
  /** The path of the gate's URL, such as `/hooks` for `https://HOST/hooks`. */
  readonly POSTERN_BASE_PATH?: string | undefined;
  /** A private Ed25519 JWK, as JSON; signs self-tests. */
  readonly POSTERN_SIGNING_KEY?: string | undefined;
  /** A file with the announcement, read for each request. */
  readonly POSTERN_ANNOUNCEMENT_FILE?: string | undefined;
  /** The announcement itself, without a file. */
  readonly POSTERN_ANNOUNCEMENT?: string | undefined;
  /** When set, each verdict is logged. */
  readonly POSTERN_VERDICT_LINES?: string | undefined;
  /** How these lines name the user: `none` (default), `hash` or `name`. */
  readonly POSTERN_VERDICT_USER?: string | undefined;
  /** The hosts of the gate's URLs, separated by commas. Required with the tiers `jwt` and `capability`. */
  readonly POSTERN_HOSTS?: string | undefined;
  /** The keys of capabilities: a private JWKS, as `postern keys new` makes it. */
  readonly POSTERN_CAPABILITY_KEYS?: string | undefined;
  /** The key of the HMAC that replaces addresses of clients, or `plain`. Default: random, for each process. */
  readonly POSTERN_ADDRESS_KEY?: string | undefined;
  /** Serial of the certificate that a proxy in front serves, in hex, for verdict lines. Ignored with an own certificate. */
  readonly POSTERN_CERTIFICATE_SERIAL?: string | undefined;
}

/** Where and how a gate listens. */
export interface ListenSettings {
  /** 0 selects a free port. */
  readonly port: number;
  /** Default: all addresses. */
  readonly hostname?: string | undefined;
  /** Default: plain HTTP. */
  readonly tls?: TlsSettings | undefined;
}

/** Parts of a process that serves a gate. */
export interface ServeOptions {
  /**
   * The script of this process, if all that it does is to call this function: a thread for large reviews runs it again, see
   * {@link JudgeThread}. Without it large reviews are judged one after the other, with pauses.
   */
  readonly script?: string | undefined;
  /** Traces, and metrics where there is no metrics port: `nodeTelemetry`. Default: only the metrics of the metrics port. */
  readonly telemetry?: NodeTelemetryFactory | undefined;
  /** Carries the facts of a call. For a gate whose own calls have it too, see {@link tracedFetch}. Default: one of its own. */
  readonly asyncContext?: AsyncContext | undefined;
}

/**
 * Serves a gate until SIGTERM or SIGINT. `listen` defaults to the settings in `env`. Resolves to the exit code. Throws
 * GateConfigError, OtlpConfigError, RecordError, TlsConfigError, TlsError or TrustError when a setting or a certificate cannot be used, or the system
 * error when the server cannot listen.
 */
export async function serveGate(
  gate: Gate,
  env: ServeEnv,
  listen: ListenSettings = readListenEnv(env),
  { script, telemetry: factory, asyncContext = nodeAsyncContext() }: ServeOptions = {},
): Promise<number> {
  const lines = contextLog(
    jsonLog((line) => process.stdout.write(`${line}\n`), Date.now),
    asyncContext,
  );
  const log = limitLines(lines, Date.now, ["warn", "error"]);
  if (isRecordThread()) return recordInThread(env, { log, now: Date.now });
  const metricsPort = readPort("POSTERN_METRICS_PORT", env.POSTERN_METRICS_PORT);
  const metrics = new TlsMetrics();
  const measured =
    metricsPort === undefined || isJudgeThread() ? undefined : new MeteredGate(prometheusMeter(metrics.registry));
  const host = { env, service: gate.name, log, now: Date.now, fetch };
  const telemetry = factory?.(host, measured) ?? (measured && { metrics: measured, isDue: false, flush: ignore });
  const judging = {
    now: Date.now,
    log,
    basePath: env.POSTERN_BASE_PATH,
    ...parseSigningKey(env.POSTERN_SIGNING_KEY),
    ...verdictLines(log, env),
    variables: env,
    memory: nodeMemory(),
    script,
    telemetry,
    asyncContext,
    service: env.OTEL_SERVICE_NAME || gate.name,
  };
  if (isJudgeThread()) return NodeGate.judgeForProcess(gate, judging);
  let isDraining = false;
  const frontSerial = readSerial(env.POSTERN_CERTIFICATE_SERIAL);
  const { port, hostname, tls } = listen;
  const ofClients = readCertificateEnv(env, tls !== undefined);
  const rates = readRates(env);
  const hosts = servedHosts(env.POSTERN_HOSTS);
  const needsHosts = gate.tiers.find(({ name }) => name !== "client-certificate");
  if (hosts === undefined && needsHosts !== undefined)
    throw new GateConfigError(
      "POSTERN_HOSTS",
      `is missing; name the hosts of the gate's URLs, such as gate.example.com: the tier ${needsHosts.name} takes tokens for these hosts only`,
    );
  const reloader =
    tls === undefined
      ? undefined
      : await CertificateReloader.load({
          ...tls,
          log,
          metrics,
          now: Date.now,
          selfTest: selfTestCall(gate, randomUUID()),
        });
  const certificates = await NodeCertificates.start(ofClients, { log, now: Date.now, pollMs: tls?.pollMs });
  const records = await nodeRecords(env, {
    log,
    now: Date.now,
    output: process.stdout,
    script,
    metrics: telemetry?.metrics,
  });
  checkRecorder(gate, records);
  const app = new NodeGate(gate, {
    ...judging,
    records,
    addresses: { hash: parseAddressKey(env.POSTERN_ADDRESS_KEY), isWritten: log.isWritten },
    certificates,
    hosts,
    rates,
    isDraining: () => isDraining,
    ...(reloader === undefined ? {} : { certificateStatus: () => reloader.status() }),
    certificateSerial: reloader === undefined ? () => frontSerial : () => reloader.state.serving.serial,
    announcement: () => readAnnouncementFile(env.POSTERN_ANNOUNCEMENT_FILE, env.POSTERN_ANNOUNCEMENT),
  });
  const metricsServer =
    metricsPort === undefined
      ? undefined
      : await MetricsServer.start(metricsPort, {
          metrics: () => metrics.text(),
          health: () => undefined,
          readiness: () => notReady(isDraining, reloader),
        });
  if (metricsServer !== undefined) log.info("metrics", { metricsPort: metricsServer.port });
  const stopFlushing = telemetry === undefined ? ignore : flushRegularly(telemetry);
  try {
    return await serveUntilSignal({
      fetch: async (request, incoming) => certificates.endRefused(incoming, await app.fetch(request, incoming)),
      onBadRequest: () => errorResponse(new GateError("bad-request", "the request has no valid host or path"), true),
      port,
      log,
      onDrain: () => {
        isDraining = true;
      },
      limits: app.connectionLimits,
      ...(reloader === undefined ? {} : { tls: reloader.pair, asksForCertificate: certificates.isAsked }),
      onListening: async (server) => {
        await reloader?.attach(server);
        log.info("limits", { ...app.limits, threadHeapBytes: app.threadHeapBytes, ...app.connectionLimits });
      },
      ...(hostname === undefined ? {} : { hostname }),
    });
  } finally {
    reloader?.stop();
    certificates.stop();
    app.stop();
    records.close();
    await stopFlushing();
    await metricsServer?.stop();
  }
}

async function ignore(): Promise<void> {}

/** The reason why the process is not ready; undefined when it is. */
function notReady(isDraining: boolean, reloader: CertificateReloader | undefined): string | undefined {
  if (isDraining) return "the process is about to stop";
  const status = reloader?.status();
  return status?.isReady === false ? `the certificate expired at ${status.notAfter}` : undefined;
}

function readListenEnv(env: ServeEnv): ListenSettings {
  return {
    port: readPort("POSTERN_PORT", env.POSTERN_PORT) ?? 8443,
    hostname: env.POSTERN_HOST,
    tls: readTlsEnv(env),
  };
}

function readPort(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new GateConfigError(name, "is not a port; expected a number up to 65535");
  return port;
}

/** Empty counts as not set: a Pod takes it from an annotation, which is empty before its first rollout. */
function readSerial(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^[0-9a-f]{1,64}$/i.test(text))
    throw new GateConfigError("POSTERN_CERTIFICATE_SERIAL", "is not a serial number in hex, without colons");
  return text.toLowerCase().replace(/^0+(?=.)/, "");
}
