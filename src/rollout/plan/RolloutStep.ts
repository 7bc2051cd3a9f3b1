import type { PodView } from "../workload/PodView.ts";
import type { RolloutWrite } from "../workload/RolloutWrite.ts";

/** The next step of one workload's rollout. */
export type RolloutStep =
  /** The workload serves the goal, or there is no goal. */
  | { readonly kind: "in-step" }
  /** Nothing can be done now. `message` says what the rollout waits for. */
  | { readonly kind: "wait"; readonly message: string }
  /** Nothing is done until a client changes the workload or the Certificate. `reason` is for the condition. */
  | { readonly kind: "stuck"; readonly reason: string; readonly message: string }
  | RolloutWrite
  /** Deletes a Pod, so that its controller creates one of the current template. */
  | { readonly kind: "delete-pod"; readonly pod: PodView; readonly reason: string };
