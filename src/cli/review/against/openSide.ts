import type { ClusterLookup } from "../../../gate/config/Cluster.ts";
import { ClusterDirectory } from "../../../gate/config/ClusterDirectory.ts";
import type { Gate } from "../../../gate/config/defineGate.ts";
import { isJsonObject } from "../../../protocol/Json.ts";
import { errorMessage } from "../../../telemetry/errorMessage.ts";
import type { Log } from "../../../telemetry/Log.ts";
import { printable } from "../../../telemetry/printable.ts";
import { CliError } from "../../terminal/CliError.ts";
import type { GateSide, SideCluster } from "./GateSide.ts";

/** The time limit of a lookup, as in a gate. */
const LOOKUP_MS = 3000;

/**
 * A gate with its clusters, or only one of them. Of a gate with a lookup only that one is known. Throws {@link CliError}
 * `bad-gate` when the lookup fails.
 */
export async function openSide(gate: Gate, chosen: string | undefined, log: Log): Promise<GateSide> {
  const directory = new ClusterDirectory(gate.clusters, gate, { now: Date.now, log });
  const { clusters: given } = gate;
  const clusters = new Map<string, SideCluster>();
  const names = typeof given === "function" ? [] : Object.keys(given);
  for (const name of chosen === undefined ? names : [chosen]) {
    const settings = await found(directory, name);
    if (settings === undefined) continue;
    const data = typeof given === "function" ? await looked(given, name) : given[name];
    clusters.set(name, { settings, patterns: patternsOf(data) });
  }
  return { gate, policies: new Map(gate.policies.map((policy) => [policy.name, policy])), clusters };
}

async function found(directory: ClusterDirectory, name: string): Promise<SideCluster["settings"] | undefined> {
  try {
    return await directory.find(name);
  } catch (error) {
    throw lookupFault(name, error);
  }
}

async function looked(lookup: ClusterLookup, name: string): Promise<unknown> {
  try {
    return await lookup(name, AbortSignal.timeout(LOOKUP_MS));
  } catch (error) {
    throw lookupFault(name, error);
  }
}

function lookupFault(name: string, error: unknown): CliError {
  const reason = printable(errorMessage(error));
  return new CliError("bad-gate", `the gate could not look up the cluster ${JSON.stringify(name)}: ${reason}`, error);
}

/** The patterns of `namespaces` in the settings of a cluster, which the directory has checked. */
function patternsOf(data: unknown): string[] {
  const namespaces: unknown = isJsonObject(data) ? data.namespaces : undefined;
  if (!Array.isArray(namespaces)) return [];
  return namespaces.flatMap((it: unknown) => (isJsonObject(it) && Array.isArray(it.names) ? it.names.map(String) : []));
}
