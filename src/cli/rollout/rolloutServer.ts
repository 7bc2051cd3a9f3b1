import type { Hono } from "hono";
import type { Log } from "../../telemetry/Log.ts";
import { CertificateReloader } from "../../tls/CertificateReloader.ts";
import { readTlsEnv } from "../../tls/readTlsEnv.ts";
import { startServer } from "../../tls/server/startServer.ts";
import { TlsConfigError } from "../../tls/TlsConfigError.ts";
import { TlsError } from "../../tls/TlsError.ts";
import { TlsMetrics } from "../../tls/TlsMetrics.ts";
import { TrustError } from "../../trust/TrustError.ts";
import { CliError } from "../terminal/CliError.ts";
import { systemFault } from "../terminal/systemFault.ts";

/** What the server is made of. */
export interface RolloutServerOptions {
  readonly app: Hono;
  readonly port: number;
  readonly cert: string;
  readonly key: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

const GRACE_MS = 10_000;

/** Serves `POST /rollout`, by TLS with a certificate that is followed as the gate's own is. Throws {@link CliError}. */
export async function rolloutServer({
  app,
  port,
  cert,
  key,
  env,
  log,
}: RolloutServerOptions): Promise<{ stop(): Promise<unknown> }> {
  try {
    const metrics = new TlsMetrics();
    const options = await readTlsEnv({ ...env, POSTERN_CERT: cert, POSTERN_KEY: key }, { log, metrics, now: Date.now });
    if (options === undefined) throw new CliError("usage", "--cert and --key are missing");
    const reloader = await CertificateReloader.load(options);
    const server = await startServer({ fetch: (request) => app.fetch(request), port, tls: reloader.pair });
    reloader.attach(server);
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
    throw systemFault(error, port);
  }
}
