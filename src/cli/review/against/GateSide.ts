import type { Gate } from "../../../gate/config/defineGate.ts";
import type { ClusterSettings } from "../../../policy/define/ClusterSettings.ts";
import type { Policy } from "../../../policy/define/policy.ts";

/** One of the two gates, with the clusters that are compared. */
export interface GateSide {
  readonly gate: Gate;
  readonly policies: ReadonlyMap<string, Policy>;
  /** By name. */
  readonly clusters: ReadonlyMap<string, SideCluster>;
}

/** A cluster of one of the gates. */
export interface SideCluster {
  readonly settings: ClusterSettings;
  /** The patterns of its `namespaces`. */
  readonly patterns: readonly string[];
}

/** The patterns of the stages of a gate. */
export function stagePatterns({ gate }: GateSide): string[] {
  return (gate.stages ?? []).flatMap(({ namespaces = [] }) => namespaces);
}
