import { ClusterDirectory } from "../../gate/config/ClusterDirectory.ts";
import type { Gate } from "../../gate/config/defineGate.ts";
import type { GateClusterSettings } from "../../gate/config/GateClusterSettings.ts";
import { GateError } from "../../gate/GateError.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { LogProperties } from "../../telemetry/Log.ts";
import { printable } from "../../telemetry/printable.ts";
import { CliError } from "../terminal/CliError.ts";

/**
 * The settings of a cluster, from the table of the gate or from its lookup, within the time limit of the lookup. Throws
 * {@link CliError}: `usage` for an unknown cluster, `bad-gate` for a lookup that failed.
 */
export function settingsForCluster(gate: Gate, cluster: string): Promise<GateClusterSettings> {
  return settingsReader(gate)(cluster);
}

/** {@link settingsForCluster} for many clusters of one gate, whose table is read once. */
export function settingsReader(gate: Gate): (cluster: string) => Promise<GateClusterSettings> {
  const reasons = new Map<unknown, string>();
  const note = (_message: string, { cluster, error }: LogProperties = {}): void => {
    if (error !== undefined) reasons.set(cluster, `: ${printable(errorMessage(error))}`);
  };
  const log = { debug: () => undefined, info: () => undefined, warn: note, error: note };
  const clusters = new ClusterDirectory(gate.clusters, gate, { now: Date.now, log });
  return async (cluster) => {
    const name = JSON.stringify(cluster);
    try {
      const settings = await clusters.find(cluster);
      if (settings === undefined) throw new CliError("usage", `the gate has no cluster ${name}${knownClusters(gate)}`);
      return settings;
    } catch (error) {
      if (!(error instanceof GateError)) throw error;
      const reason = reasons.get(cluster) ?? "";
      throw new CliError("bad-gate", `the gate could not look up the cluster ${name}${reason}`, error);
    }
  };
}

/** The clusters of a gate as the end of a message: `; it has a, b`. Empty for a gate with a lookup. */
export function knownClusters({ clusters }: Gate): string {
  if (typeof clusters === "function") return "";
  const names = Object.keys(clusters);
  if (names.length === 0) return "; it has no clusters";
  return `; it has ${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}`;
}
