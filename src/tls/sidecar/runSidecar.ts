import type { Log } from "../../telemetry/Log.ts";
import { MetricsServer } from "../../telemetry/MetricsServer.ts";
import { CertificateReloader } from "../CertificateReloader.ts";
import { initialPairs } from "../initialPairs.ts";
import { loadSlots } from "../pair/loadSlots.ts";
import { TlsConfigError } from "../TlsConfigError.ts";
import { TlsMetrics } from "../TlsMetrics.ts";
import type { TlsOptions } from "../TlsOptions.ts";
import type { TlsSettings } from "../TlsSettings.ts";
import { OutputFolder } from "./OutputFolder.ts";
import type { ReloadMethod } from "./ReloadMethod.ts";
import { ReloadMetrics } from "./ReloadMetrics.ts";
import { TargetProbe } from "./TargetProbe.ts";
import { TargetServer } from "./TargetServer.ts";
import { triggerReload } from "./triggerReload.ts";

/** setInterval with a longer interval fires immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Settings of a sidecar. */
export interface SidecarSettings {
  readonly tls: TlsSettings;
  /** The folder from which the server reads its pair. */
  readonly out: string;
  readonly keyMode: number;
  /** Undefined with `once`. */
  readonly reload: ReloadMethod | undefined;
  readonly reloadTimeoutMs: number;
  /** Where to check the certificate after a reload. `name` is for SNI. */
  readonly check:
    | { readonly host: string; readonly port: number; readonly name?: string | undefined; readonly timeoutMs: number }
    | undefined;
  /** Write the pair and exit. */
  readonly once: boolean;
  readonly metricsPort: number | undefined;
}

/** Dependencies of a sidecar. */
export interface SidecarDeps {
  readonly log: Log;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  readonly fetch: typeof fetch;
  /** Resolves to the name of the signal that stops the sidecar. */
  readonly stopped: () => Promise<string>;
}

/**
 * Keeps the certificate of another server in step with its files, until it is stopped. Resolves to the exit code. Throws
 * {@link TlsConfigError}, TlsError or TrustError when a setting or a certificate cannot be used, or the system error.
 */
export async function runSidecar(settings: SidecarSettings, deps: SidecarDeps): Promise<number> {
  const { log, now } = deps;
  const metrics = new TlsMetrics();
  const tls: TlsOptions = { ...settings.tls, log, metrics, now };
  // Reports a fault of the CA file before the output folder is created.
  const loaded = await loadSlots(tls);
  const folder = await OutputFolder.open(settings.out, settings.keyMode);
  if (settings.once) {
    const [{ pair, info }] = initialPairs(loaded, tls);
    await folder.write(pair, info.slot);
    log.info("certificate written", { folder: folder.path, slot: info.slot, serial: info.serial });
    return 0;
  }
  const last = await folder.lastGood();
  const reloader = await CertificateReloader.load(tls, { last });
  try {
    return await manage(settings, deps, { tls, folder, reloader, metrics });
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

async function manage(
  { reload, reloadTimeoutMs, check, metricsPort }: SidecarSettings,
  { log, now, fetch, stopped }: SidecarDeps,
  { tls, folder, reloader, metrics }: Parts,
): Promise<number> {
  if (reload === undefined) throw new TlsConfigError("--reload-command", "is missing");
  const { signal } = reloader;
  const { hosts } = tls.rules;
  const server = new TargetServer({
    folder,
    reload: () => triggerReload(reload, { timeoutMs: reloadTimeoutMs, signal, fetch }),
    probe: check === undefined ? undefined : new TargetProbe({ ...check, hosts, signal }),
    metrics: new ReloadMetrics(metrics.registry),
    log,
    now,
  });
  let stopping = false;
  const metricsServer =
    metricsPort === undefined
      ? undefined
      : await MetricsServer.start(metricsPort, {
          metrics: () => metrics.text(),
          health: () => undefined,
          readiness: () => (stopping ? "the process is about to stop" : notReadyReason(reloader)),
        });
  // The triggers' timers and watches do not keep the process running. For a server of this process, that server does.
  const running = setInterval(() => undefined, MAX_TIMER_MS);
  try {
    const stop = stopped();
    log.info("managing the certificate of a server", {
      folder: folder.path,
      reload: reload.kind,
      ...(metricsServer === undefined ? {} : { metricsPort: metricsServer.port }),
    });
    reloader.manage(server);
    const stopSignal = await stop;
    stopping = true;
    log.info("stopped", { signal: stopSignal });
    return 0;
  } finally {
    clearInterval(running);
    await metricsServer?.stop();
  }
}

function notReadyReason(reloader: CertificateReloader): string | undefined {
  const { isReady, notAfter } = reloader.status();
  if (!isReady) return `the certificate expired at ${notAfter}`;
  return reloader.state.isConfirmed ? undefined : "no check has confirmed the certificate of the server";
}
