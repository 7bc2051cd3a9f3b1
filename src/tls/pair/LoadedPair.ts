import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { PairPaths } from "./readSnapshot.ts";

/** A certificate chain and its key, read and parsed, not yet judged. */
export interface LoadedPair {
  readonly paths: PairPaths;
  /** In the file's order. At least one. */
  readonly chain: readonly Certificate[];
  readonly leaf: Certificate;
  readonly certPem: string;
  /** A secret: never logged. */
  readonly keyPem: string;
  /** Of the key, as `Certificate.publicKeyFingerprint` is. */
  readonly keyFingerprint: string;
  /** Empty where there is none. */
  readonly caPem: string;
  /** What the Secret calls its CA; none where it is no Secret's volume. */
  readonly ca: readonly Certificate[];
  /** `sha256:HEX` over the chain: by it certificates are told apart. */
  readonly hash: string;
  /** What is not good and not refused, for people. */
  readonly warnings: readonly string[];
}
