import { DEFAULT_CIPHERS, DEFAULT_MAX_VERSION, DEFAULT_MIN_VERSION } from "node:tls";
import type { TlsVersion } from "../../trust/probe/HandshakeObservation.ts";

/** Limits of TLS in a process: `--tls-min-v1.3`, `--tls-max-v1.2` and `--tls-cipher-list`, also in NODE_OPTIONS. */
export interface TlsLimits {
  readonly min: string;
  readonly max: string;
  /** OpenSSL's list. Names of TLS 1.3 begin with `TLS_`. */
  readonly ciphers: string;
}

/** The lowest version of a server: TLS 1.2, or TLS 1.3 where the process allows only that. */
export function lowestVersion({ min }: Pick<TlsLimits, "min"> = ownLimits()): TlsVersion {
  return min === "TLSv1.3" ? "TLSv1.3" : "TLSv1.2";
}

/**
 * The versions that a server of this process speaks, newest first. A check asks for exactly these. Without a cipher of
 * TLS 1.2, Node does not speak it; without one of TLS 1.3, it uses its own.
 */
export function servedVersions(limits: TlsLimits = ownLimits()): readonly TlsVersion[] {
  const hasOldCipher = limits.ciphers.split(":").some((name) => name !== "" && !name.startsWith("TLS_"));
  return [
    ...(limits.max === "TLSv1.3" ? (["TLSv1.3"] as const) : []),
    ...(lowestVersion(limits) === "TLSv1.2" && hasOldCipher ? (["TLSv1.2"] as const) : []),
  ];
}

function ownLimits(): TlsLimits {
  return { min: DEFAULT_MIN_VERSION, max: DEFAULT_MAX_VERSION, ciphers: DEFAULT_CIPHERS };
}
