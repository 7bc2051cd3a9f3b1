import { type Portion, podsOf } from "../RolloutSettings.ts";
import type { RolloutState, Staging } from "../workload/RolloutState.ts";
import type { WorkloadView } from "../workload/WorkloadView.ts";

/**
 * Longer than any rollout: with it a Deployment's new Pods become ready and are never available, so that, with none
 * allowed to be missing, its controller makes `maxSurge` of them and goes no further. No value that a person would choose.
 */
export const CANARY_READY_SECONDS = 2_000_000_001;
/** By which a Deployment has no limit at all (`HasProgressDeadline`, k8s.io/kubernetes/pkg/controller/deployment/util). */
const NO_DEADLINE = 2_147_483_647;
/** What the API server fills in (k8s.io/kubernetes/pkg/apis/apps/v1/defaults.go). */
const DEFAULTS: Readonly<Record<Staging["kind"], Staging>> = {
  Deployment: {
    kind: "Deployment",
    maxSurge: "25%",
    maxUnavailable: "25%",
    minReadySeconds: null,
    progressDeadlineSeconds: 600,
  },
  StatefulSet: { kind: "StatefulSet", partition: 0 },
  DaemonSet: { kind: "DaemonSet", type: "RollingUpdate", maxSurge: 0, maxUnavailable: 1 },
};

/**
 * What holds a workload's controller to a canary of so many Pods: a Deployment's new Pods are never available; a
 * StatefulSet replaces those from a partition on; a DaemonSet replaces none but those that are deleted.
 */
export function canaryStaging(original: Staging, canary: number, pods: number): Staging {
  switch (original.kind) {
    case "Deployment":
      return {
        kind: original.kind,
        maxSurge: canary,
        maxUnavailable: 0,
        minReadySeconds: CANARY_READY_SECONDS,
        progressDeadlineSeconds: NO_DEADLINE,
      };
    case "StatefulSet":
      return { kind: original.kind, partition: Math.max(original.partition ?? 0, pods - canary) };
    case "DaemonSet":
      return { kind: original.kind, type: "OnDelete", maxSurge: null, maxUnavailable: null };
  }
}

/**
 * What has to be staged where a workload was scaled in the middle of its canary (by hand, or an autoscaler), so that as many
 * Pods as are wanted now can be made anew. Undefined where that is so, or where somebody else staged something.
 */
export function widerStaging(
  { staging, pods }: WorkloadView,
  { canary, before }: Pick<RolloutState, "canary" | "before">,
  portion: Portion,
): Staging | undefined {
  if (canary === null || before.staging === null) return undefined;
  const wanted = canaryStaging(before.staging, podsOf(portion, pods), pods);
  if (staging.kind === "Deployment" && canary.kind === "Deployment" && wanted.kind === "Deployment")
    return staging.maxSurge === canary.maxSurge && Number(wanted.maxSurge) > Number(canary.maxSurge)
      ? { ...canary, maxSurge: wanted.maxSurge }
      : undefined;
  if (staging.kind === "StatefulSet" && canary.kind === "StatefulSet" && wanted.kind === "StatefulSet")
    return staging.partition === canary.partition && (wanted.partition ?? 0) < (canary.partition ?? 0)
      ? wanted
      : undefined;
  return undefined;
}

/** Undoes a canary's staging. What somebody else changed meanwhile stays as they want it. Undefined where nothing is to be done. */
export function originalStaging(
  { staging }: WorkloadView,
  { canary, before }: Pick<RolloutState, "canary" | "before">,
): Staging | undefined {
  if (canary === null) return undefined;
  const original = before.staging ?? DEFAULTS[staging.kind];
  return mergeStaging(staging, canary, original);
}

/** Undoes what a canary left behind whose state is lost: a Deployment's, that another one's annotations were put on. */
export function orphanStaging({ staging, state }: WorkloadView): Staging | undefined {
  if (staging.kind !== "Deployment" || staging.minReadySeconds !== CANARY_READY_SECONDS) return undefined;
  const original = state?.before.staging ?? null;
  return original?.kind === "Deployment" && original.minReadySeconds !== CANARY_READY_SECONDS
    ? original
    : DEFAULTS.Deployment;
}

function mergeStaging(now: Staging, canary: Staging, original: Staging): Staging | undefined {
  if (now.kind === "Deployment" && canary.kind === "Deployment" && original.kind === "Deployment") {
    const pick = <K extends keyof typeof now>(key: K): (typeof now)[K] =>
      now[key] === canary[key] ? original[key] : now[key];
    return {
      kind: now.kind,
      maxSurge: pick("maxSurge"),
      maxUnavailable: pick("maxUnavailable"),
      minReadySeconds: pick("minReadySeconds"),
      progressDeadlineSeconds: pick("progressDeadlineSeconds"),
    };
  }
  if (now.kind === "StatefulSet" && canary.kind === "StatefulSet" && original.kind === "StatefulSet")
    return now.partition === canary.partition ? original : undefined;
  if (now.kind === "DaemonSet" && canary.kind === "DaemonSet" && original.kind === "DaemonSet")
    return now.type === canary.type ? original : undefined;
  return undefined;
}
