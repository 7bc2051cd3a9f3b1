import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { RecordSettings } from "../../records/decision/RecordSettings.ts";

/** All settings of one cluster. */
export interface GateClusterSettings extends ClusterSettings {
  readonly records: RecordSettings;
}
