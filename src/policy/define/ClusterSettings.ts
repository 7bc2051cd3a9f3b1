import type { Mode } from "./Mode.ts";

/** A cluster's settings for policies. Made once for each cluster and used for every review. */
export interface ClusterSettings {
  /** The cluster's name, for the log. */
  readonly cluster: string;
  /** The policy's mode in this cluster. */
  modeOf(policy: string): Mode;
  /** The policy's parsed parameters in this cluster. */
  paramsOf(policy: string): unknown;
}
