import type { Log } from "../telemetry/Log.ts";
import type { RootsFile } from "./pair/RootsFile.ts";
import type { PairPaths } from "./pair/readSnapshot.ts";
import type { PairRules } from "./pair/verifyPair.ts";
import type { ServerSelfTest } from "./server/ServerSelfTest.ts";
import type { TlsMetrics } from "./TlsMetrics.ts";

/** What a serving certificate is kept by. */
export interface TlsOptions {
  readonly main: PairPaths;
  readonly standby?: PairPaths | undefined;
  readonly rules: PairRules;
  /** Where the roots of the rules come from, in place of `rules.roots`. */
  readonly rootsFile?: RootsFile | undefined;
  /** Whether a certificate may take the place of one that is valid from a later time. Default: no. */
  readonly allowOlder?: boolean;
  /** Says that the main certificate is being renewed; see followRenewal. */
  readonly renewingFile?: string | undefined;
  /** How often the files are looked at, in milliseconds. Default 10 s. */
  readonly pollMs?: number | undefined;
  /** How long connections of an old certificate may stay, in milliseconds. Default 60 s; never longer than that certificate. */
  readonly drainMs?: number | undefined;
  readonly selfTest?: ServerSelfTest | undefined;
  readonly log: Log;
  readonly metrics: TlsMetrics;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}
