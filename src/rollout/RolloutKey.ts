import { type WorkloadRef, workloadName } from "./workload/WorkloadRef.ts";

/** An item of the controller's work queue. */
export type RolloutKey =
  /** Looks for orphaned rollouts. */
  | { readonly kind: "sweep" }
  /** Reconciles one Certificate. */
  | { readonly kind: "certificate"; readonly namespace: string; readonly name: string }
  /** Reconciles one workload, if its rollout is orphaned. */
  | { readonly kind: "workload"; readonly namespace: string; readonly ref: WorkloadRef };

/** The identity of a key, as text: also for logs. */
export function rolloutKeyText(key: RolloutKey): string {
  switch (key.kind) {
    case "sweep":
      return "sweep";
    case "certificate":
      return `certificate ${key.namespace}/${key.name}`;
    case "workload":
      return `workload ${key.namespace}/${workloadName(key.ref)}`;
  }
}
