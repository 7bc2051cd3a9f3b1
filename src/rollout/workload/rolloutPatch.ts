import { type PatchOperation, pointerTo } from "../../protocol/patch/PatchOperation.ts";
import type { RolloutMarks } from "./RolloutMarks.ts";
import { isInFlight, type Staging, writeRolloutState } from "./RolloutState.ts";
import type { RolloutWrite } from "./RolloutWrite.ts";
import { IN_PROGRESS_LABEL, MARKS, STATE_ANNOTATION } from "./rolloutAnnotations.ts";

/** The field manager of all writes. */
export const ROLLOUT_MANAGER = "postern-rollout";

const TEMPLATE_ANNOTATIONS = "/spec/template/metadata/annotations";

/**
 * The JSON Patch of a step. It writes marks, staging and state together, and nothing else. The API server refuses it (409)
 * when the workload has another `resourceVersion` or `uid`.
 */
export function rolloutPatch({ workload, marks, staging, state }: RolloutWrite): PatchOperation[] {
  const { has, resourceVersion, uid } = workload;
  return [
    { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
    { op: "replace", path: "/metadata/uid", value: uid },
    ...(state === undefined ? [] : parent(has.annotations, "/metadata/annotations")),
    ...(state === undefined ? [] : [member("/metadata/annotations", STATE_ANNOTATION, writeRolloutState(state))]),
    ...labelOperations(workload, isInFlight(state)),
    ...(marks === undefined
      ? []
      : markOperations(TEMPLATE_ANNOTATIONS, has.templateAnnotations, workload.marks, marks)),
    ...(staging === undefined ? [] : stagingOperations(workload.staging, staging)),
  ];
}

function labelOperations({ has, isLabelled }: RolloutWrite["workload"], isWanted: boolean): PatchOperation[] {
  if (isLabelled === isWanted) return [];
  if (!isWanted) return [{ op: "remove", path: pointerTo("/metadata/labels", IN_PROGRESS_LABEL) }];
  return [...parent(has.labels, "/metadata/labels"), member("/metadata/labels", IN_PROGRESS_LABEL, "true")];
}

/** The operations that change the marks below `path` from `before` to `marks`. `exists`: whether `path` exists. */
export function markOperations(
  path: string,
  exists: boolean,
  before: RolloutMarks,
  marks: RolloutMarks,
): PatchOperation[] {
  const keys = ["revision", "serial", "request"] as const;
  return [
    ...parent(exists, path),
    ...keys.flatMap((key): PatchOperation[] => {
      const value = marks[key];
      if (value === before[key]) return [];
      if (value === null) return [{ op: "remove", path: pointerTo(path, MARKS[key]) }];
      return [member(path, MARKS[key], value)];
    }),
  ];
}

function stagingOperations(before: Staging, after: Staging): PatchOperation[] {
  const set = (path: string, from: unknown, to: unknown): PatchOperation[] => {
    if (from === to) return [];
    return to === null ? [{ op: "remove", path }] : [{ op: "add", path, value: to }];
  };
  if (before.kind === "Deployment" && after.kind === "Deployment") {
    const rolling = "/spec/strategy/rollingUpdate";
    return [
      ...set(`${rolling}/maxSurge`, before.maxSurge, after.maxSurge),
      ...set(`${rolling}/maxUnavailable`, before.maxUnavailable, after.maxUnavailable),
      ...set("/spec/minReadySeconds", before.minReadySeconds, after.minReadySeconds),
      ...set("/spec/progressDeadlineSeconds", before.progressDeadlineSeconds, after.progressDeadlineSeconds),
    ];
  }
  if (before.kind === "StatefulSet" && after.kind === "StatefulSet") {
    const { partition } = after;
    if (partition === before.partition) return [];
    // When `partition` is not set, its parent `rollingUpdate` may be absent.
    const path = "/spec/updateStrategy/rollingUpdate";
    if (before.partition === null) return [{ op: "add", path, value: { partition } }];
    return set(`${path}/partition`, before.partition, partition);
  }
  if (before.kind === "DaemonSet" && after.kind === "DaemonSet") {
    const { type, maxSurge, maxUnavailable } = after;
    const limits = {
      ...(maxSurge === null ? {} : { maxSurge }),
      ...(maxUnavailable === null ? {} : { maxUnavailable }),
    };
    return [
      {
        op: "add",
        path: "/spec/updateStrategy",
        value: { type, ...(Object.keys(limits).length === 0 ? {} : { rollingUpdate: limits }) },
      },
    ];
  }
  return [];
}

function parent(exists: boolean, path: string): PatchOperation[] {
  return exists ? [] : [{ op: "add", path, value: {} }];
}

function member(path: string, key: string, value: string): PatchOperation {
  return { op: "add", path: pointerTo(path, key), value };
}
