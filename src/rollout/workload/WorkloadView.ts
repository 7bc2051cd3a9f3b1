import type { RolloutMarks } from "./RolloutMarks.ts";
import type { RolloutState, Staging } from "./RolloutState.ts";
import type { WorkloadRef } from "./WorkloadRef.ts";

/** The parts of a stored workload that a rollout needs. */
export interface WorkloadView {
  readonly ref: WorkloadRef;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The number of Pods that the workload is to have. */
  readonly pods: number;
  /** Whether the controller has observed the latest spec, and all Pods are of the current template and available. */
  readonly isSettled: boolean;
  /** Whether the Deployment exceeded its `progressDeadlineSeconds`. */
  readonly isOverdue: boolean;
  /** Why the Pods cannot be replaced now; undefined when they can. */
  readonly fault: string | undefined;
  /** Why the Pods cannot be replaced by a canary; undefined when they can. */
  readonly canaryFault: string | undefined;
  /** The marks on the Pod template. */
  readonly marks: RolloutMarks;
  /** Which parents exist. A JSON Patch has to create those that do not. */
  readonly has: { readonly annotations: boolean; readonly labels: boolean; readonly templateAnnotations: boolean };
  /** The current values of the fields that a canary changes next to the template. */
  readonly staging: Staging;
  /** The stored state of the last rollout; undefined before the first one. */
  readonly state: RolloutState | undefined;
  /** Whether the workload has the label `postern.dev/rollout-in-progress`. */
  readonly isLabelled: boolean;
  /** The label selector of its Pods, as a query of a list. */
  readonly selector: string;
}
