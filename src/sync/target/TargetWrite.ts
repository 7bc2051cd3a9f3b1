import type { Hook } from "./Hook.ts";
import type { SyncTarget } from "./SyncTarget.ts";
import type { TargetState } from "./TargetState.ts";

/** A write of all values that the sync owns in a target. */
export interface TargetWrite {
  readonly target: SyncTarget;
  readonly hooks: readonly Hook[];
  readonly state: TargetState;
}
