import { readWorkload } from "../../../src/rollout/workload/readWorkload.ts";
import type { WorkloadKind } from "../../../src/rollout/workload/WorkloadRef.ts";
import type { WorkloadView } from "../../../src/rollout/workload/WorkloadView.ts";

/** Parts of a stored workload. */
export interface WorkloadParts {
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}

/** A stored workload of 3 Pods with only the required members, and these parts. */
export const stored = ({ metadata, spec, status }: WorkloadParts = {}): object => ({
  metadata: { uid: "u", resourceVersion: "7", generation: 2, ...metadata },
  spec: { replicas: 3, selector: { matchLabels: { app: "gate" } }, template: {}, ...spec },
  ...(status === undefined ? {} : { status: { observedGeneration: 2, ...status } }),
});
/** Reads a stored workload with these parts. */
export const read = (kind: WorkloadKind, parts: WorkloadParts = {}): WorkloadView =>
  readWorkload({ kind, name: "gate" }, stored(parts));
