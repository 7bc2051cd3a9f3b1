import type { RolloutMarks } from "./RolloutMarks.ts";
import type { RolloutState, Staging } from "./RolloutState.ts";
import type { WorkloadView } from "./WorkloadView.ts";

/** One write of the workload. */
export interface RolloutWrite {
  readonly kind: "begin" | "restage" | "promote" | "finish" | "roll-back" | "settle" | "restore";
  readonly workload: WorkloadView;
  /** The new marks of the template; undefined to keep them. */
  readonly marks: RolloutMarks | undefined;
  /** The new staging; undefined to keep it. */
  readonly staging: Staging | undefined;
  /** The new state; undefined to keep it. */
  readonly state: RolloutState | undefined;
}
