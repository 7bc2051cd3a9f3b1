import type { PodView, WorkloadView } from "./WorkloadView.ts";

/**
 * Whether a Pod is a workload's own, by its controller: selectors may overlap. A Deployment's Pods are of its ReplicaSets,
 * which are named after it.
 */
export function isPodOf({ ref, uid }: Pick<WorkloadView, "ref" | "uid">, { owner }: Pick<PodView, "owner">): boolean {
  if (owner === undefined) return false;
  if (ref.kind !== "Deployment") return owner.uid === uid;
  return owner.kind === "ReplicaSet" && owner.name.startsWith(`${ref.name}-`);
}
