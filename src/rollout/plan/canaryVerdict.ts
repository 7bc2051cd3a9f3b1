import { podsOf, type RolloutSettings } from "../RolloutSettings.ts";
import { isMarked } from "../workload/RolloutMarks.ts";
import type { RolloutState } from "../workload/RolloutState.ts";
import { workloadName } from "../workload/WorkloadRef.ts";
import type { PodView, WorkloadView } from "../workload/WorkloadView.ts";

/** What is to be made of a canary. */
export type CanaryVerdict =
  | { readonly kind: "passed" }
  | { readonly kind: "failed" | "wait"; readonly message: string }
  | { readonly kind: "delete-pod"; readonly pod: PodView };

/** For how long a ready Pod may answer with another certificate, or not at all: readiness may not be about its port. In milliseconds. */
const PATIENCE = 10_000;

/** Judges the Pods of a canary: enough of them have to be ready, and each of these has to serve the new certificate. */
export function canaryVerdict(
  workload: WorkloadView,
  { revision, serial, request, timeout, since }: RolloutState,
  pods: readonly PodView[],
  { settings, now }: { readonly settings: RolloutSettings; readonly now: number },
): CanaryVerdict {
  const marks = { revision: String(revision), serial, request };
  const wanted = podsOf(settings.canary, workload.pods);
  const live = pods.filter((pod) => !pod.isTerminating);
  const canary = live.filter((pod) => isMarked(pod.marks, marks));
  const ready = canary.filter((pod) => pod.isReady);
  const patience = Math.min(PATIENCE, timeout / 4);
  const broken = ready.find(({ probe, readySince }) => {
    // One that was ready before the rollout began has had its time as well.
    return probe !== undefined && probe !== "" && now - Math.max(readySince, since) > patience;
  });
  if (broken !== undefined) return { kind: "failed", message: `Pod ${broken.name}: ${broken.probe}` };
  const good = ready.filter(({ probe }) => probe === "");
  // Of a workload that was scaled to nothing there is nothing to be tried first.
  if (good.length >= wanted) return { kind: "passed" };
  if (workload.ref.kind === "DaemonSet" && canary.length + (pods.length - live.length) < wanted) {
    // One that is ready first: a canary where nothing runs, as on a node that is gone, would tell nothing.
    const old = live
      .filter((pod) => !isMarked(pod.marks, marks))
      .sort((a, b) => Number(b.isReady) - Number(a.isReady) || (a.name < b.name ? -1 : 1));
    if (old[0] !== undefined) return { kind: "delete-pod", pod: old[0] };
  }
  const first = ready.find(({ probe }) => probe !== undefined && probe !== "");
  const why = first === undefined ? "" : ` (Pod ${first.name}: ${first.probe})`;
  return {
    kind: "wait",
    message: `${good.length} of ${wanted} canary Pods of ${workloadName(workload.ref)} serve the new certificate, ${ready.length} ready${why}`,
  };
}
