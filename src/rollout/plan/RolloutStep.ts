import type { RolloutMarks } from "../workload/RolloutMarks.ts";
import type { RolloutState } from "../workload/RolloutState.ts";
import type { PodView, WorkloadView } from "../workload/WorkloadView.ts";

/** What is to be done next about one workload. A write carries the state that it leaves. */
export type RolloutStep =
  /** All is as it should be. */
  | { readonly kind: "in-step" }
  /** Nothing can be done now. `message` says what is waited for. */
  | { readonly kind: "wait"; readonly message: string }
  /** Nothing will be done before somebody does something. */
  | { readonly kind: "stuck"; readonly reason: string; readonly message: string }
  | {
      readonly kind: "begin" | "restage" | "promote" | "finish" | "roll-back" | "settle" | "restore";
      readonly workload: WorkloadView;
      /** Goes onto the template; undefined where that stays as it is. */
      readonly marks: RolloutMarks | undefined;
      /** What of the staging is to be what; undefined where that stays as it is. */
      readonly staging: WorkloadView["staging"] | undefined;
      /** Undefined where what is remembered stays. */
      readonly state: RolloutState | undefined;
    }
  /** So that its controller makes one of the new template in its place. */
  | { readonly kind: "delete-pod"; readonly pod: PodView; readonly why: string };
