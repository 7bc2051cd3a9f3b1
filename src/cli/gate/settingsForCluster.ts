import type { Gate } from "../../gate/config/defineGate.ts";
import { GateError } from "../../gate/GateError.ts";
import { GateRuntime } from "../../gate/GateRuntime.ts";
import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { LogProperties } from "../../telemetry/Log.ts";
import { printable } from "../../telemetry/printable.ts";
import { CliError } from "../terminal/CliError.ts";

/** A cluster's settings, from the gate's table or, within its time limit, its lookup. Throws {@link CliError} where there are none. */
export async function settingsForCluster(gate: Gate, cluster: string): Promise<ClusterSettings> {
  let reason = "";
  const note = (_message: string, { error }: LogProperties = {}): void => {
    if (error !== undefined) reason = `: ${printable(errorMessage(error))}`;
  };
  const log = { debug: () => undefined, info: () => undefined, warn: note, error: note };
  const { clusters } = new GateRuntime(gate, { now: Date.now, log });
  const name = JSON.stringify(cluster);
  try {
    const settings = await clusters.find(cluster);
    if (settings === undefined) throw new CliError("usage", `the gate knows no cluster ${name}${knownClusters(gate)}`);
    return settings;
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    throw new CliError("bad-gate", `the gate could not look up the cluster ${name}${reason}`, error);
  }
}

function knownClusters({ clusters }: Gate): string {
  if (typeof clusters === "function") return "";
  const names = Object.keys(clusters);
  if (names.length === 0) return "; it has none";
  return `; it has ${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}`;
}
