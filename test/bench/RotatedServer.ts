import type { SerialPair } from "../rotation/CertificateSeries.ts";

/** A server whose certificate can be replaced in one way. */
export interface RotatedServer {
  /** On 127.0.0.1; the same all the time. */
  readonly port: number;
  /** Puts a certificate in place and has it used. Resolves when there is nothing left to do; the server may not have it in use by then. */
  replace(pair: SerialPair): Promise<void>;
  stop(): Promise<void>;
}
