/** The kinds of workload that can be rolled. */
export const WORKLOAD_KINDS = ["Deployment", "StatefulSet", "DaemonSet"] as const;
/** One of {@link WORKLOAD_KINDS}. */
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

/** A workload in the namespace of its Certificate. */
export interface WorkloadRef {
  readonly kind: WorkloadKind;
  readonly name: string;
}

/** The text form of a workload, as in the annotation: `deployment/gate`. */
export function workloadName({ kind, name }: WorkloadRef): string {
  return `${kind.toLowerCase()}/${name}`;
}
