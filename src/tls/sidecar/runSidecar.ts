import type { Log } from "../../telemetry/Log.ts";
import { MetricsServer } from "../../telemetry/MetricsServer.ts";
import { CertificateReloader } from "../CertificateReloader.ts";
import { readTlsEnv } from "../readTlsEnv.ts";
import { TlsConfigError } from "../TlsConfigError.ts";
import { TlsMetrics } from "../TlsMetrics.ts";
import type { TlsOptions } from "../TlsOptions.ts";
import { OutputFolder } from "./OutputFolder.ts";
import { ReloadMetrics } from "./ReloadMetrics.ts";
import type { SidecarOptions } from "./SidecarOptions.ts";
import { TargetProbe } from "./TargetProbe.ts";
import { TargetServer } from "./TargetServer.ts";
import { tellTarget } from "./tellTarget.ts";
import { writeFirstPair } from "./writeFirstPair.ts";

/** What a sidecar works with. */
export interface SidecarDeps {
  readonly log: Log;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  readonly fetch: typeof fetch;
  /** Resolves when it is to stop, to the signal's name. */
  readonly stopped: () => Promise<string>;
}

/**
 * Keeps the certificate of a server in step that is not this process, until it is told to stop. Resolves to the exit code.
 * Throws {@link TlsConfigError}, TlsError and TrustError for what cannot be begun with, or the system's error.
 */
export async function runSidecar(options: SidecarOptions, deps: SidecarDeps): Promise<number> {
  const { log, now } = deps;
  const metrics = new TlsMetrics();
  const tls = await readTlsEnv(options.env, { log, metrics, now, selfTest: undefined });
  if (tls === undefined) throw new TlsConfigError("POSTERN_CERT", "is missing");
  const folder = await OutputFolder.open(options.out, options.keyMode);
  if (options.once) {
    const { info } = await writeFirstPair(folder, tls);
    log.info("certificate written", { folder: folder.path, slot: info.slot, serial: info.serial });
    return 0;
  }
  const last = await folder.lastGood();
  const reloader = await CertificateReloader.load(tls, { last });
  try {
    return await keep(options, deps, { tls, folder, reloader, metrics });
  } finally {
    reloader.stop();
  }
}

interface Parts {
  readonly tls: TlsOptions;
  readonly folder: OutputFolder;
  readonly reloader: CertificateReloader;
  readonly metrics: TlsMetrics;
}

async function keep(
  { way, reloadTimeoutMs, check, metricsPort }: SidecarOptions,
  { log, now, fetch, stopped }: SidecarDeps,
  { tls, folder, reloader, metrics }: Parts,
): Promise<number> {
  if (way === undefined) throw new TlsConfigError("--reload-command", "is missing");
  const { signal } = reloader;
  const place = new TargetServer({
    folder,
    tell: () => tellTarget(way, { timeoutMs: reloadTimeoutMs, signal, fetch }),
    probe: check === undefined ? undefined : new TargetProbe({ ...check, rules: tls.rules, signal }),
    metrics: new ReloadMetrics(metrics.registry),
    log,
    now,
  });
  let stopping = false;
  const told =
    metricsPort === undefined
      ? undefined
      : await MetricsServer.start(metricsPort, {
          metrics: () => metrics.text(),
          health: () => undefined,
          readiness: () => (stopping ? "the process is about to stop" : notReady(reloader)),
        });
  try {
    const ending = stopped();
    log.info("keeping a server's certificate", {
      folder: folder.path,
      reload: way.kind,
      ...(told === undefined ? {} : { metricsPort: told.port }),
    });
    reloader.attachTo(place);
    const why = await ending;
    stopping = true;
    log.info("stopped", { signal: why });
    return 0;
  } finally {
    await told?.stop();
  }
}

function notReady(reloader: CertificateReloader): string | undefined {
  const { isReady, notAfter } = reloader.status();
  if (!isReady) return `the certificate ended at ${notAfter}`;
  return reloader.state.isProven ? undefined : "the server is not known to serve its certificate";
}
