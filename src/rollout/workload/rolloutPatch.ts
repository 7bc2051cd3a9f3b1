import { type PatchOperation, pointerTo } from "../../protocol/patch/PatchOperation.ts";
import type { RolloutStep } from "../plan/RolloutStep.ts";
import type { RolloutMarks } from "./RolloutMarks.ts";
import { isInFlight, type Staging } from "./RolloutState.ts";
import { IN_PROGRESS_LABEL, MARKS, STATE_ANNOTATION } from "./rolloutAnnotations.ts";

/** A step that writes. */
export type RolloutWrite = Extract<RolloutStep, { readonly workload: unknown }>;

/** As whom rollouts are written. */
export const ROLLOUT_MANAGER = "postern-rollout";

const TEMPLATE_ANNOTATIONS = "/spec/template/metadata/annotations";

/**
 * A JSON Patch of what a step changes of a workload, and of nothing else: marks, staging and what is remembered come in one
 * write. Refused by the API server (409) where the workload has another `resourceVersion` or `uid` by then.
 */
export function rolloutPatch({ workload, marks, staging, state }: RolloutWrite): PatchOperation[] {
  const { has, resourceVersion, uid } = workload;
  return [
    { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
    { op: "replace", path: "/metadata/uid", value: uid },
    ...(state === undefined ? [] : parent(has.annotations, "/metadata/annotations")),
    ...(state === undefined ? [] : [member("/metadata/annotations", STATE_ANNOTATION, JSON.stringify(state))]),
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

/** What makes one set of marks of another, below a path; `isThere`: whether there are any annotations. */
export function markOperations(
  path: string,
  isThere: boolean,
  before: RolloutMarks,
  marks: RolloutMarks,
): PatchOperation[] {
  const keys = ["revision", "serial", "request"] as const;
  return [
    ...parent(isThere, path),
    ...keys.flatMap((key): PatchOperation[] => {
      const value = marks[key];
      if (value === before[key]) return [];
      if (value === null) return [{ op: "remove", path: pointerTo(path, MARKS[key]) }];
      return [member(path, MARKS[key], value)];
    }),
  ];
}

function stagingOperations(before: Staging, after: Staging): PatchOperation[] {
  const set = (path: string, was: unknown, is: unknown): PatchOperation[] => {
    if (was === is) return [];
    return is === null ? [{ op: "remove", path }] : [{ op: "add", path, value: is }];
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
    // Absent, or without the one member that it has, where people left it to the API server.
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

function parent(isThere: boolean, path: string): PatchOperation[] {
  return isThere ? [] : [{ op: "add", path, value: {} }];
}

function member(path: string, key: string, value: string): PatchOperation {
  return { op: "add", path: pointerTo(path, key), value };
}
