import type { Cluster, ClusterLookup } from "../../../gate/config/Cluster.ts";
import { clusterIdentity } from "../../../gate/config/clusterIdentity.ts";
import type { Gate } from "../../../gate/config/defineGate.ts";

/**
 * A gate that answers every caller, for `postern dev`: kubectl, curl and the API server of a local cluster have no credential, and
 * this machine has no keys. Faults in the settings of tiers stay faults.
 */
export function openGate(gate: Gate): Gate {
  const { clusters, tiers } = gate;
  // Not a gate: whoever gets it says so.
  if (typeof clusters !== "object" && typeof clusters !== "function") return gate;
  return {
    ...gate,
    tiers: [],
    clusters: typeof clusters === "function" ? openLookup(clusters, tiers) : open(clusters),
  };
}

function open(table: Readonly<Record<string, Cluster>>): Gate["clusters"] {
  return Object.fromEntries(
    Object.entries(table).map(([name, cluster]) => [name, { ...cluster, identity: "none" as const }]),
  );
}

function openLookup(lookup: ClusterLookup, tiers: Gate["tiers"]): ClusterLookup {
  return async (name, signal) => {
    const cluster = await lookup(name, signal);
    if (typeof cluster !== "object" || cluster === null) return cluster;
    clusterIdentity(`clusters.${name}`, cluster.identity, tiers);
    return { ...cluster, identity: "none" };
  };
}
