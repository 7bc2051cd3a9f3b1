import type { PairPaths } from "./pair/readSnapshot.ts";
import type { PairRules } from "./pair/verifyPair.ts";

/** Settings of a serving certificate. Plain data: `readTlsEnv` and the options of commands produce it. */
export interface TlsSettings {
  readonly main: PairPaths;
  /** A second pair, served while the main one cannot be. */
  readonly standby?: PairPaths | undefined;
  readonly rules: PairRules;
  /** A PEM file with the roots that clients trust. Takes precedence over `rules.roots`. */
  readonly caFile?: string | undefined;
  /** Whether a certificate may replace one whose `notBefore` is more than 48 h later. Default: no. */
  readonly allowOlder?: boolean;
  /** A file that says that the main certificate is being renewed; see `followRenewal`. */
  readonly renewingFile?: string | undefined;
  /** The interval between two reads of the files. Default 10 s. */
  readonly pollMs?: number | undefined;
  /** How long connections of a replaced certificate stay open. Default 60 s; never past the end of that certificate. */
  readonly drainMs?: number | undefined;
}
