import type { RolloutMarks } from "./RolloutMarks.ts";
import type { RolloutState, Staging } from "./RolloutState.ts";
import type { WorkloadRef } from "./WorkloadRef.ts";

/** A workload as it was read. */
export interface WorkloadView {
  readonly ref: WorkloadRef;
  readonly uid: string;
  readonly resourceVersion: string;
  /** How many Pods it is to have. */
  readonly pods: number;
  /** Whether its controller has seen what is asked of it, and every Pod is of that and available. */
  readonly isSettled: boolean;
  /** Whether its controller has given up waiting for Pods (a Deployment's `progressDeadlineSeconds`). */
  readonly isOverdue: boolean;
  /** Why its Pods cannot be rolled now, if they cannot; and why not by a canary. */
  readonly fault: string | undefined;
  readonly canaryFault: string | undefined;
  /** What is on its template. */
  readonly marks: RolloutMarks;
  /** As JSON Patch needs to know: whether these are there at all. */
  readonly has: { readonly annotations: boolean; readonly labels: boolean; readonly templateAnnotations: boolean };
  /** What a canary would change beside the template. */
  readonly staging: Staging;
  readonly state: RolloutState | undefined;
  /** Whether it is labelled as being rolled. */
  readonly isLabelled: boolean;
  /** Of its Pods, for a list. */
  readonly selector: string;
}

/** A Pod of a workload. */
export interface PodView {
  readonly name: string;
  readonly uid: string;
  /** The controller that made it. */
  readonly owner: { readonly kind: string; readonly name: string; readonly uid: string } | undefined;
  readonly ip: string | undefined;
  readonly isReady: boolean;
  /** Since when, in milliseconds since 1970; 0 where it is not. */
  readonly readySince: number;
  readonly isTerminating: boolean;
  /** As JSON Patch needs to know. */
  readonly hasAnnotations: boolean;
  readonly marks: RolloutMarks;
  /** What a look at its certificate brought: undefined where nobody looked, "" where all was well, else what was wrong. */
  readonly probe: string | undefined;
}
