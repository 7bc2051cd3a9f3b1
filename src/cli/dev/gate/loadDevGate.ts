import { existsSync } from "node:fs";
import type { Gate } from "../../../gate/config/defineGate.ts";
import { isObjectName } from "../../../protocol/kubernetesNames.ts";
import { loadGate } from "../../gate/loadGate.ts";
import { knownClusters } from "../../gate/settingsForCluster.ts";
import { CliError } from "../../terminal/CliError.ts";

/** The gate that `postern dev` runs, and the cluster that calls it. */
export interface DevGate {
  /** Undefined for a Worker whose gate is in no file that is known. */
  readonly gate: Gate | undefined;
  /** The clusters in the gate's table; none where it looks them up. */
  readonly clusters: readonly string[];
  /** The cluster of the URL and of the registration. */
  readonly cluster: string;
}

/**
 * Loads the gate of a file, and chooses its cluster: `wanted`, else `local`, else the first of its table. Throws
 * {@link CliError} for a file that exports no gate, and for a gate that would refuse every call of the cluster.
 */
export async function loadDevGate(file: string, wanted: string | undefined): Promise<DevGate> {
  const gate = await loadGate(file);
  if (typeof gate.clusters === "function") {
    if (wanted !== undefined && !isObjectName(wanted))
      throw new CliError("usage", `--cluster ${JSON.stringify(wanted)} is not a name of a cluster, such as prod-eu`);
    if (wanted !== undefined) return { gate, clusters: [], cluster: wanted };
    throw new CliError(
      "usage",
      `${file}: the gate looks its clusters up, so they are not known here; name one with --cluster NAME`,
    );
  }
  const clusters = Object.keys(gate.clusters);
  const [first] = clusters;
  if (first === undefined)
    throw new CliError(
      "bad-gate",
      `${file}: the gate has no clusters, so it would refuse every call; add one: clusters: { local: { identity: "none" } }`,
    );
  if (wanted !== undefined && !clusters.includes(wanted))
    throw new CliError(
      "usage",
      `${file}: the gate has no cluster ${JSON.stringify(wanted)}${knownClusters(gate)}; change --cluster`,
    );
  return { gate, clusters, cluster: wanted ?? (clusters.includes("local") ? "local" : first) };
}

/** {@link loadDevGate} for a project: without its file, only the Worker knows the gate. */
export async function loadProjectGate(file: string, wanted: string | undefined): Promise<DevGate> {
  if (existsSync(file)) return loadDevGate(file, wanted);
  return { gate: undefined, clusters: [], cluster: wanted ?? "CLUSTER" };
}
