import type { createRolloutApp } from "../../rollout/http/createRolloutApp.ts";
import type { Log } from "../../telemetry/Log.ts";
import { CertificateReloader } from "../../tls/CertificateReloader.ts";
import { readTlsSettings } from "../../tls/readTlsEnv.ts";
import { connectionOf } from "../../tls/server/limits/connectionOf.ts";
import { limitReport } from "../../tls/server/limits/limitReport.ts";
import { startServer } from "../../tls/server/startServer.ts";
import { TlsConfigError } from "../../tls/TlsConfigError.ts";
import { TlsError } from "../../tls/TlsError.ts";
import { TlsMetrics } from "../../tls/TlsMetrics.ts";
import { TrustError } from "../../trust/TrustError.ts";
import { CliError } from "../terminal/CliError.ts";
import { listenError } from "../terminal/listenError.ts";

/** Options of {@link rolloutServer}. */
export interface RolloutServerOptions {
  readonly app: ReturnType<typeof createRolloutApp>;
  readonly port: number;
  readonly cert: string;
  readonly key: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

const GRACE_MS = 10_000;
/** A controller has 256 MiB and few callers. Each stranger's connection may have four calls that wait to be authorized. */
const LIMITS = { connections: 256, calls: 256, callsPerConnection: 16 };

/** Serves `POST /rollout` over TLS. The certificate is reloaded when its files change. Throws {@link CliError}. */
export async function rolloutServer({
  app,
  port,
  cert,
  key,
  env,
  log,
}: RolloutServerOptions): Promise<{ stop(): Promise<unknown> }> {
  try {
    const settings = readTlsSettings({ cert, key }, env);
    const reloader = await CertificateReloader.load({ ...settings, log, metrics: new TlsMetrics(), now: Date.now });
    const server = await startServer({
      fetch: (request, incoming) => app.fetch(request, { connection: connectionOf(incoming) }),
      port,
      tls: reloader.pair,
      limits: LIMITS,
      onLimit: limitReport(log),
    });
    await reloader.attach(server).catch(async (error: unknown) => {
      reloader.stop();
      await server.stop({ graceMs: 0 });
      throw error;
    });
    log.info("listening", { port: server.port, protocol: "https" });
    return {
      stop: () => {
        reloader.stop();
        return server.stop({ graceMs: GRACE_MS });
      },
    };
  } catch (error) {
    if (error instanceof TlsError || error instanceof TrustError || error instanceof TlsConfigError)
      throw new CliError("cannot-serve", error.message, error);
    throw listenError(error, port);
  }
}
