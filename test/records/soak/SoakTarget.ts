import type { SourceLine } from "../../../src/records/chain/RecordSource.ts";

/** The cluster of the soak. Its profile is `compliance`. */
export const SOAK_CLUSTER = "soak";

/** A gate with stores for records that is killed again and again. Its stores are in a folder, and outlast it. */
export interface SoakTarget {
  /** Starts the gate on its stores. Resolves to its URL, without a path. */
  start(): Promise<string>;
  /** Kills the gate with SIGKILL, and resolves when it has ended. */
  kill(): Promise<void>;
  /** The lines of the cluster's chain in the immutable store. See `RecordSource.lines`. The gate runs meanwhile. */
  lines(): AsyncIterable<SourceLine>;
  /** Stops the gate and removes its stores. */
  remove(): Promise<void>;
}
