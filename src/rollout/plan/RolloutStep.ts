import type { PodView } from "../workload/PodView.ts";
import type { RolloutMarks } from "../workload/RolloutMarks.ts";
import type { RolloutState, Staging } from "../workload/RolloutState.ts";
import type { WorkloadView } from "../workload/WorkloadView.ts";

/** The next step of one workload's rollout. */
export type RolloutStep =
  /** The workload serves the goal, or there is no goal. */
  | { readonly kind: "in-step" }
  /** Nothing can be done now. `message` says what the rollout waits for. */
  | { readonly kind: "wait"; readonly message: string }
  /** Nothing is done until somebody changes the workload or the Certificate. `reason` is for the condition. */
  | { readonly kind: "stuck"; readonly reason: string; readonly message: string }
  /** One write of the workload. */
  | {
      readonly kind: "begin" | "restage" | "promote" | "finish" | "roll-back" | "settle" | "restore";
      readonly workload: WorkloadView;
      /** The new marks of the template; undefined to keep them. */
      readonly marks: RolloutMarks | undefined;
      /** The new staging; undefined to keep it. */
      readonly staging: Staging | undefined;
      /** The new state; undefined to keep it. */
      readonly state: RolloutState | undefined;
    }
  /** Deletes a Pod, so that its controller creates one of the current template. */
  | { readonly kind: "delete-pod"; readonly pod: PodView; readonly reason: string };
