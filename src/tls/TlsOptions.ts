import type { Log } from "../telemetry/Log.ts";
import type { ServerSelfTest } from "./server/ServingCheck.ts";
import type { TlsMetrics } from "./TlsMetrics.ts";
import type { TlsSettings } from "./TlsSettings.ts";

/** Settings and dependencies of a `CertificateReloader`. */
export interface TlsOptions extends TlsSettings {
  /** A request that checks the server after a swap. Default: only handshakes. */
  readonly selfTest?: ServerSelfTest | undefined;
  readonly log: Log;
  readonly metrics: TlsMetrics;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}
