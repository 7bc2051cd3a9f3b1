import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { RecordSettings } from "../../records/decision/RecordSettings.ts";
import type { CheckedTier } from "./clusterIdentity.ts";

/** All settings of one cluster. */
export interface GateClusterSettings extends ClusterSettings {
  readonly records: RecordSettings;
  /** The tiers that identify callers, in the order in which they are tried. At least one. */
  readonly identity: readonly CheckedTier[];
}
