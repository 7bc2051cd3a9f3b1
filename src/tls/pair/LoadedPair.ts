import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { PairPaths } from "./readSnapshot.ts";

/** A certificate chain and its key, read and parsed, but not verified. */
export interface LoadedPair {
  readonly paths: PairPaths;
  /** In the order of the file. At least one certificate. */
  readonly chain: readonly Certificate[];
  readonly leaf: Certificate;
  readonly certPem: string;
  /** A secret: never logged. */
  readonly keyPem: string;
  /** Fingerprint of the key, in the form of `Certificate.publicKeyFingerprint`. */
  readonly keyFingerprint: string;
  /** `ca.crt` of the Secret. Empty without one. */
  readonly caPem: string;
  /** The certificates in `caPem`. Empty for files that are not a Secret volume. */
  readonly ca: readonly Certificate[];
  /** `sha256:HEX` over the chain. Identifies the pair. */
  readonly hash: string;
  /** Weaknesses that do not prevent serving, for people. */
  readonly warnings: readonly string[];
}

/** A host name for a handshake with a pair: the first of `hosts`, or else a name of the certificate. */
export function hostOfPair({ leaf }: Pick<LoadedPair, "leaf">, hosts: readonly string[]): string {
  const [name = "localhost"] = [...hosts, ...leaf.sans.dns, ...leaf.sans.ip];
  return name.replace("*", "host");
}
