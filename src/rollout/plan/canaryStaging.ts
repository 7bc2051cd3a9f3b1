import { type Portion, podsOf } from "../RolloutSettings.ts";
import { isInFlight, type RolloutState, type Staging } from "../workload/RolloutState.ts";
import type { WorkloadView } from "../workload/WorkloadView.ts";

/**
 * The `minReadySeconds` of a Deployment during its canary, longer than any rollout. New Pods become ready but never
 * available. With `maxUnavailable: 0` the controller then creates `maxSurge` Pods and stops. No other client uses this value.
 */
export const CANARY_READY_SECONDS = 2_000_000_001;
/** Disables a Deployment's progress deadline (`HasProgressDeadline`, k8s.io/kubernetes/pkg/controller/deployment/util). */
const NO_DEADLINE = 2_147_483_647;
type DeploymentStaging = Extract<Staging, { readonly kind: "Deployment" }>;

/** The API server's defaults (k8s.io/kubernetes/pkg/apis/apps/v1/defaults.go). */
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
 * The staging that limits a workload's controller to `canary` of `pods` Pods. A Deployment's new Pods never become
 * available. A StatefulSet replaces only the Pods from its partition on. A DaemonSet replaces only Pods that are deleted.
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
 * Whether a DaemonSet's Pods have no marks yet, so that its rollout has no canary: a canary deletes Pods, and the controller's
 * ValidatingAdmissionPolicy allows it to delete only Pods that a rollout created.
 */
export function isFirstOfDaemonSet({ ref, marks, state }: WorkloadView): boolean {
  const { revision } = isInFlight(state) ? state.before.marks : marks;
  return ref.kind === "DaemonSet" && revision === null;
}

/**
 * The staging for a larger canary after the workload was scaled during its canary, by a person or an autoscaler. Undefined
 * when the canary is large enough, or when another client changed the staging.
 */
export function widerStaging(
  { staging, pods }: WorkloadView,
  { canary, before }: Pick<RolloutState, "canary" | "before">,
  portion: Portion,
): Staging | undefined {
  if (canary === null || before.staging === null) return undefined;
  const wanted = canaryStaging(before.staging, podsOf(portion, pods), pods);
  if (staging.kind === "Deployment" && canary.kind === "Deployment" && wanted.kind === "Deployment")
    return isSameDeployment(staging, canary) && Number(wanted.maxSurge) > Number(canary.maxSurge)
      ? { ...canary, maxSurge: wanted.maxSurge }
      : undefined;
  if (staging.kind === "StatefulSet" && canary.kind === "StatefulSet" && wanted.kind === "StatefulSet")
    return staging.partition === canary.partition && (wanted.partition ?? 0) < (canary.partition ?? 0)
      ? wanted
      : undefined;
  return undefined;
}

function isSameDeployment(left: DeploymentStaging, right: DeploymentStaging): boolean {
  return (
    left.maxSurge === right.maxSurge &&
    left.maxUnavailable === right.maxUnavailable &&
    left.minReadySeconds === right.minReadySeconds &&
    left.progressDeadlineSeconds === right.progressDeadlineSeconds
  );
}

/** The staging from before the canary. Fields that another client changed since keep that change. Undefined when there is nothing to restore. */
export function originalStaging(
  { staging }: WorkloadView,
  { canary, before }: Pick<RolloutState, "canary" | "before">,
): Staging | undefined {
  if (canary === null) return undefined;
  const original = before.staging ?? DEFAULTS[staging.kind];
  return mergeStaging(staging, canary, original);
}

/** The staging to restore after a canary whose state was lost: `kubectl rollout undo` writes the old annotations back. Deployments only. */
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
