import type { Cluster } from "../../src/gate/config/Cluster.ts";

/** The settings of a cluster beside who may call for it. */
export type ClusterRest = Omit<Cluster, "identity">;

/** A cluster that every caller may call for. */
export function openCluster(rest: ClusterRest = {}): Cluster {
  return { identity: "none", ...rest };
}
