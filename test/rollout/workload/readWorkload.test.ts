import { describe, expect, it } from "vitest";
import type { WorkloadKind } from "../../../src/rollout/workload/WorkloadRef.ts";
import { read, type WorkloadParts } from "./storedWorkload.ts";

/** The status of a Deployment, a StatefulSet and a DaemonSet of which all 3 Pods are replaced. */
const DONE: Readonly<Record<WorkloadKind, object>> = {
  Deployment: { replicas: 3, updatedReplicas: 3, availableReplicas: 3 },
  StatefulSet: {
    readyReplicas: 3,
    availableReplicas: 3,
    updatedReplicas: 3,
    updateRevision: "b",
    currentRevision: "b",
  },
  DaemonSet: { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
};
const PARTITION_1 = { updateStrategy: { rollingUpdate: { partition: 1 } } };

// The rules of `kubectl rollout status`.
it.each<[settled: string, kind: WorkloadKind, when: string, status: object | undefined, spec?: object]>([
  ["settled", "Deployment", "all Pods are updated and available", {}],
  ["not settled", "Deployment", "its controller has not seen the latest spec", { observedGeneration: 1 }],
  ["not settled", "Deployment", "a Pod is not updated", { updatedReplicas: 2 }],
  ["not settled", "Deployment", "an old Pod still exists", { replicas: 4 }],
  ["not settled", "Deployment", "a Pod is not available", { availableReplicas: 2 }],
  ["not settled", "Deployment", "it has no status yet", undefined],
  ["settled", "StatefulSet", "all Pods are of the update revision and available", {}],
  ["not settled", "StatefulSet", "its controller has not seen the latest spec", { observedGeneration: 1 }],
  ["not settled", "StatefulSet", "a Pod is not ready", { readyReplicas: 2 }],
  ["not settled", "StatefulSet", "a Pod is not available", { availableReplicas: 2 }],
  ["not settled", "StatefulSet", "the update revision is not the current one", { currentRevision: "a" }],
  [
    "settled",
    "StatefulSet",
    "all Pods from its partition on are updated",
    { updatedReplicas: 2, currentRevision: "a" },
    PARTITION_1,
  ],
  ["not settled", "StatefulSet", "a Pod above its partition is not updated", { updatedReplicas: 1 }, PARTITION_1],
  ["settled", "DaemonSet", "all Pods are updated and available", {}],
  ["not settled", "DaemonSet", "its controller has not seen the latest spec", { observedGeneration: 1 }],
  ["not settled", "DaemonSet", "a Pod is not updated", { updatedNumberScheduled: 2 }],
  ["not settled", "DaemonSet", "a Pod is not available", { numberAvailable: 2 }],
  [
    "settled",
    "DaemonSet",
    "no node runs it",
    { desiredNumberScheduled: 0, updatedNumberScheduled: 0, numberAvailable: 0 },
  ],
])("readWorkload reads as %s a %s when %s", (settled, kind, _, status, spec = {}) => {
  const parts = { spec, ...(status === undefined ? {} : { status: { ...DONE[kind], ...status } }) };
  expect(read(kind, parts).isSettled).toBe(settled === "settled");
});

const OVERDUE = { conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }] };
it.each<[overdue: string, what: string, kind: WorkloadKind, status: object]>([
  ["overdue", "a Deployment that exceeded its progress deadline", "Deployment", OVERDUE],
  ["not overdue", "a Deployment without conditions", "Deployment", {}],
  [
    "not overdue",
    "a Deployment that progresses",
    "Deployment",
    { conditions: [{ type: "Progressing", status: "True", reason: "ReplicaSetUpdated" }] },
  ],
  [
    "not overdue",
    "a Deployment whose progress deadline passed with an older spec",
    "Deployment",
    { ...OVERDUE, observedGeneration: 1 },
  ],
  ["not overdue", "a StatefulSet, which has no progress deadline", "StatefulSet", OVERDUE],
])("readWorkload reads as %s %s", (overdue, _, kind, status) => {
  expect(read(kind, { status }).isOverdue).toBe(overdue === "overdue");
});

describe("readWorkload finds", () => {
  const partition = (value: number) => ({ updateStrategy: { rollingUpdate: { partition: value } } });
  const ON_DELETE = { updateStrategy: { type: "OnDelete" } };

  it.each<[fault: string, what: string, kind: WorkloadKind, parts: WorkloadParts]>([
    [
      "is being deleted",
      "a workload in deletion",
      "Deployment",
      { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } },
    ],
    ["is paused", "a paused Deployment", "Deployment", { spec: { paused: true } }],
    ["OnDelete", "a StatefulSet with the strategy OnDelete", "StatefulSet", { spec: ON_DELETE }],
    ["OnDelete", "a DaemonSet with the strategy OnDelete", "DaemonSet", { spec: ON_DELETE }],
    [
      "partition 3 is not below its 3 replicas",
      "a StatefulSet whose partition covers all Pods",
      "StatefulSet",
      { spec: partition(3) },
    ],
  ])("the fault %j of %s", (fault, _, kind, parts) => {
    expect(read(kind, parts).fault).toContain(fault);
  });

  it.each<[what: string, kind: WorkloadKind, parts: WorkloadParts]>([
    ["a StatefulSet whose partition leaves one Pod", "StatefulSet", { spec: partition(2) }],
    ["a StatefulSet without Pods", "StatefulSet", { spec: { replicas: 0, ...partition(0) } }],
    ["a Deployment with the strategy Recreate", "Deployment", { spec: { strategy: { type: "Recreate" } } }],
    ["a DaemonSet with the default strategy", "DaemonSet", {}],
  ])("no fault of %s", (_, kind, parts) => {
    expect(read(kind, parts).fault).toBeUndefined();
  });

  it.each<[fault: string, what: string, kind: WorkloadKind, spec: object]>([
    ["Recreate", "a Deployment with the strategy Recreate", "Deployment", { strategy: { type: "Recreate" } }],
  ])("the canary fault %j of %s", (fault, _, kind, spec) => {
    expect(read(kind, { spec }).canaryFault).toContain(fault);
  });

  it.each<[what: string, kind: WorkloadKind, spec: object]>([
    ["a Deployment with the strategy RollingUpdate", "Deployment", { strategy: { type: "RollingUpdate" } }],
    ["a StatefulSet", "StatefulSet", {}],
  ])("no canary fault of %s", (_, kind, spec) => {
    expect(read(kind, { spec }).canaryFault).toBeUndefined();
  });
});
