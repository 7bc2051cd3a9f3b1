import type { Mode } from "./Mode.ts";

/** What a cluster decides about policies. Made once for each cluster, asked for every review. */
export interface ClusterSettings {
  /** The cluster's name, for the log. */
  readonly cluster: string;
  modeOf(policy: string): Mode;
  /** The policy's parameters in this cluster, parsed. */
  paramsOf(policy: string): unknown;
}
