import { podsOf, type RolloutSettings } from "../RolloutSettings.ts";
import type { PodView } from "../workload/PodView.ts";
import { isMarked } from "../workload/RolloutMarks.ts";
import type { RolloutState } from "../workload/RolloutState.ts";
import { workloadName } from "../workload/WorkloadRef.ts";
import type { WorkloadView } from "../workload/WorkloadView.ts";

/** The outcome of a canary so far. */
export type CanaryOutcome =
  | { readonly kind: "passed" }
  | { readonly kind: "failed" | "wait"; readonly message: string }
  /** The DaemonSet needs this Pod deleted to get a canary Pod. */
  | { readonly kind: "delete-pod"; readonly pod: PodView };

/** How long a ready Pod may fail its probe: its readiness may not depend on the probed port. */
const PATIENCE_MS = 10_000;

/** Judges the canary: enough Pods of the new template must be ready, and every one of these must serve the new certificate. */
export function judgeCanary(
  workload: WorkloadView,
  { revision, serial, request, timeoutMs, since }: RolloutState,
  pods: readonly PodView[],
  { settings, now }: { readonly settings: RolloutSettings; readonly now: number },
): CanaryOutcome {
  const marks = { revision: String(revision), serial, request };
  const wanted = podsOf(settings.canary, workload.pods);
  const live = pods.filter((pod) => !pod.isTerminating);
  const canary = live.filter((pod) => isMarked(pod.marks, marks));
  const ready = canary.filter((pod) => pod.isReady);
  const failing = ready.flatMap(({ name, readySince, probe }) =>
    probe?.ok === false ? [{ readySince, text: `Pod ${name}: ${probe.reason}` }] : [],
  );
  const patienceMs = Math.min(PATIENCE_MS, timeoutMs / 4);
  // A Pod that was ready before the phase began gets the same time.
  const failed = failing.find(({ readySince }) => now - Math.max(readySince, since) > patienceMs);
  if (failed !== undefined) return { kind: "failed", message: failed.text };
  const passed = ready.filter(({ probe }) => probe?.ok === true);
  // A workload without Pods passes: `wanted` is 0.
  if (passed.length >= wanted) return { kind: "passed" };
  if (workload.ref.kind === "DaemonSet" && canary.length + (pods.length - live.length) < wanted) {
    // A Pod without marks comes last, because the controller may not delete it. A ready Pod comes first: a canary on a node
    // that is gone would prove nothing.
    const rank = ({ marks: { revision }, isReady }: PodView): number => (revision === null ? 0 : 2) + Number(isReady);
    const [old] = live
      .filter((pod) => !isMarked(pod.marks, marks))
      .sort((left, right) => rank(right) - rank(left) || (left.name < right.name ? -1 : 1));
    if (old !== undefined) return { kind: "delete-pod", pod: old };
  }
  const detail = failing[0] === undefined ? "" : ` (${failing[0].text})`;
  return {
    kind: "wait",
    message: `${passed.length} of ${wanted} canary Pods of ${workloadName(workload.ref)} serve the new certificate, ${ready.length} ready${detail}`,
  };
}
