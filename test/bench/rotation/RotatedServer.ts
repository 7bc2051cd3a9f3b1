import type { SerialPair } from "../../rotation/CertificateSeries.ts";

/** A server with one method to replace its certificate. */
export interface RotatedServer {
  /** A port of 127.0.0.1, which does not change. */
  readonly port: number;
  /** Replaces the certificate. Resolves after the last step, possibly before the server uses the new certificate. */
  replace(pair: SerialPair): Promise<void>;
  stop(): Promise<void>;
}
