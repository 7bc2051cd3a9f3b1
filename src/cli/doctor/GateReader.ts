import type { GateSources } from "../../doctor/cluster/ClusterView.ts";
import type { Gate } from "../../gate/config/defineGate.ts";

/** A gate that was loaded from its file. */
export interface GateReader {
  readonly gate: Pick<Gate, "clusters">;
  /** The gate with its settings for a cluster. Throws `CliError`. */
  sourcesFor(cluster: string): Promise<GateSources>;
}

/** Loads the gate that a file exports. Throws `CliError`. */
export type ReadGateSources = (file: string) => Promise<GateReader>;
