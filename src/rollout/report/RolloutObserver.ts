import type { CertificateView } from "../CertificateView.ts";
import type { RolloutStep } from "../plan/RolloutStep.ts";
import type { WorkloadRef } from "../workload/WorkloadRef.ts";

/** A workload in its namespace, with the Certificate that it is rolled for. */
export interface RolloutTarget {
  readonly namespace: string;
  /** The name of the Certificate; undefined for an orphaned rollout. */
  readonly certificate: string | undefined;
  readonly ref: WorkloadRef;
}

/** Receives what a reconciliation did. */
export interface RolloutObserver {
  /** Called after a workload was written or a Pod was deleted. */
  onStep(target: RolloutTarget, step: RolloutStep): void;
  /** Called after marks were written on a Pod, with the policy `in-place`. */
  onMark(target: RolloutTarget, pod: string): void;
  /** Called when the API server refused an Event. The rollout continues. */
  onEventRefused(certificate: CertificateView, reason: string): void;
}
