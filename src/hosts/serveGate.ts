import { randomUUID } from "node:crypto";
import { logVerdict } from "../gate/answer/logVerdict.ts";
import { selfTestCall } from "../gate/answer/selfTestCall.ts";
import type { Gate } from "../gate/config/defineGate.ts";
import { GateConfigError } from "../gate/config/GateConfigError.ts";
import { parseSigningKey } from "../gate/config/parseSigningKey.ts";
import { createGate } from "../gate/createGate.ts";
import { GateError } from "../gate/GateError.ts";
import { errorResponse } from "../gate/http/errorResponse.ts";
import { jsonLog } from "../telemetry/jsonLog.ts";
import { MetricsServer } from "../telemetry/MetricsServer.ts";
import { CertificateReloader } from "../tls/CertificateReloader.ts";
import { readTlsEnv, type TlsEnv } from "../tls/readTlsEnv.ts";
import { serveUntilSignal } from "../tls/server/serveUntilSignal.ts";
import { TlsMetrics } from "../tls/TlsMetrics.ts";
import { readAnnouncementFile } from "./readAnnouncementFile.ts";

/** Environment of a Node process that serves a gate. Without a certificate it speaks plain HTTP. */
export interface ServeEnv extends TlsEnv {
  readonly [name: string]: string | undefined;
  /** Default 8443. */
  readonly POSTERN_PORT?: string | undefined;
  readonly POSTERN_HOST?: string | undefined;
  /** A port for `/metrics`, in plain HTTP; none without it. */
  readonly POSTERN_METRICS_PORT?: string | undefined;
  /** A private Ed25519 JWK, as JSON; signs self-tests. */
  readonly POSTERN_SIGNING_KEY?: string | undefined;
  /** A file with the announcement, read anew for each call. */
  readonly POSTERN_ANNOUNCEMENT_FILE?: string | undefined;
  /** The announcement itself, where there is no file. */
  readonly POSTERN_ANNOUNCEMENT?: string | undefined;
  /** When set, a line for each verdict goes to the log. */
  readonly POSTERN_VERDICT_LINES?: string | undefined;
  /** Of the certificate that is served in front, in hex, for verdict lines. A process that serves one knows it itself. */
  readonly POSTERN_CERTIFICATE_SERIAL?: string | undefined;
}

/**
 * Serves a gate until SIGTERM or SIGINT. Resolves to the exit code; throws GateConfigError, TlsError for a certificate that
 * cannot be served, or the system's error when it cannot listen.
 */
export async function serveGate(gate: Gate, env: ServeEnv): Promise<number> {
  const log = jsonLog((line) => process.stdout.write(`${line}\n`), Date.now);
  const metrics = new TlsMetrics();
  let draining = false;
  const port = readPort("POSTERN_PORT", env.POSTERN_PORT) ?? 8443;
  const metricsPort = readPort("POSTERN_METRICS_PORT", env.POSTERN_METRICS_PORT);
  const frontSerial = readSerial(env.POSTERN_CERTIFICATE_SERIAL);
  const options = await readTlsEnv(env, { log, metrics, now: Date.now, selfTest: selfTestCall(gate, randomUUID()) });
  const reloader = options === undefined ? undefined : await CertificateReloader.load(options);
  const app = createGate(gate, {
    now: Date.now,
    log,
    isDraining: () => draining,
    ...(reloader === undefined ? {} : { certificateStatus: () => reloader.status() }),
    certificateSerial: reloader === undefined ? () => frontSerial : () => reloader.state.serving.serial,
    ...parseSigningKey(env.POSTERN_SIGNING_KEY),
    announcement: () => readAnnouncementFile(env.POSTERN_ANNOUNCEMENT_FILE, env.POSTERN_ANNOUNCEMENT),
    ...(env.POSTERN_VERDICT_LINES === undefined ? {} : { onVerdict: logVerdict(log) }),
  });
  const told =
    metricsPort === undefined
      ? undefined
      : await MetricsServer.start(metricsPort, {
          metrics: () => metrics.text(),
          health: () => undefined,
          readiness: () => notReady(draining, reloader),
        });
  if (told !== undefined) log.info("metrics", { metricsPort: told.port });
  try {
    return await serveUntilSignal({
      fetch: (request) => app.fetch(request),
      refuse: () => errorResponse(new GateError("bad-request", "the request has no valid host or path"), true),
      port,
      log,
      onDrain: () => {
        draining = true;
      },
      ...(reloader === undefined ? {} : { tls: reloader.pair, onListening: (server) => reloader.attach(server) }),
      ...(env.POSTERN_HOST === undefined ? {} : { hostname: env.POSTERN_HOST }),
    });
  } finally {
    reloader?.stop();
    await told?.stop();
  }
}

function notReady(draining: boolean, reloader: CertificateReloader | undefined): string | undefined {
  if (draining) return "the process is about to stop";
  const status = reloader?.status();
  return status?.isReady === false ? `the certificate ended at ${status.notAfter}` : undefined;
}

function readPort(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new GateConfigError(name, "is not a port: a number up to 65535");
  return port;
}

/** A Pod that was not rolled for a certificate yet has an empty one, where it comes from an annotation. */
function readSerial(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^[0-9a-f]{1,64}$/i.test(text))
    throw new GateConfigError("POSTERN_CERTIFICATE_SERIAL", "is not a serial number in hex, without colons");
  return text.toLowerCase().replace(/^0+(?=.)/, "");
}
