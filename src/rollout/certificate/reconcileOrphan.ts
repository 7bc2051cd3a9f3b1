import { nextRolloutStep } from "../plan/nextRolloutStep.ts";
import { observePods } from "../probe/observePods.ts";
import { RolloutError } from "../RolloutError.ts";
import { readRolloutSettings } from "../RolloutSettings.ts";
import type { RolloutTarget } from "../report/RolloutObserver.ts";
import { isInFlight, isLate } from "../workload/RolloutState.ts";
import type { WorkloadRef } from "../workload/WorkloadRef.ts";
import type { ReconcileDeps } from "./ReconcileDeps.ts";

/** Dependencies of {@link reconcileOrphan}. */
export type OrphanDeps = Pick<ReconcileDeps, "cluster" | "now" | "observer">;

const RETRY_IN_FLIGHT_MS = 1_000;
const RETRY_UNCLEAR_MS = 5_000;

/**
 * Reconciles an orphaned rollout: the workload has the in-progress label, but its Certificate was deleted or no longer names
 * it. Takes the next step of its rollback. Resolves to the delay until the next reconciliation, in milliseconds; undefined
 * when nothing is left to do, or the rollout is not orphaned. Throws as {@link RolloutCluster} does.
 */
export async function reconcileOrphan(
  deps: OrphanDeps,
  namespace: string,
  ref: WorkloadRef,
): Promise<number | undefined> {
  const { cluster, observer } = deps;
  const workload = await cluster.workload(namespace, ref);
  if (workload?.isLabelled !== true) return undefined;
  const { state } = workload;
  if (state !== undefined) {
    const claim = await claimOf(deps, namespace, ref, state.certificate);
    if (claim === "claimed") return undefined;
    // While the Certificate's annotations are unreadable, the rollout may be wanted. It continues until its timeout. A
    // rollout that has ended does not wait for readable annotations.
    const hasEnded = !isInFlight(state) || state.phase === "rolling-back" || isLate(state, deps.now());
    if (claim === "unclear" && !hasEnded && !(state.phase === "rolling" && workload.isSettled)) return RETRY_UNCLEAR_MS;
  }
  const pods = await observePods(
    { cluster, probe: undefined },
    { namespace, goal: undefined, host: undefined },
    workload,
  );
  const step = nextRolloutStep({ goal: undefined, workload, pods, now: deps.now() });
  const target: RolloutTarget = { namespace, certificate: undefined, ref };
  switch (step.kind) {
    case "in-step":
    case "stuck":
      return undefined;
    case "wait":
      return RETRY_IN_FLIGHT_MS;
    case "delete-pod":
      await cluster.deletePod(namespace, step.pod);
      observer.onStep(target, step);
      return RETRY_IN_FLIGHT_MS;
    default:
      await cluster.write(namespace, step);
      observer.onStep(target, step);
      return isInFlight(step.state) ? 0 : undefined;
  }
}

/**
 * Whether the Certificate names the workload. It is read from the API server: a Certificate that is missing in the watch's
 * cache is not a reason for a rollback. "unclear": its annotations cannot be read; its condition says so.
 */
async function claimOf(
  { cluster }: OrphanDeps,
  namespace: string,
  { kind, name }: WorkloadRef,
  certificateName: string,
): Promise<"claimed" | "unclear" | "free"> {
  const certificate = await cluster.certificate(namespace, certificateName);
  if (certificate === undefined) return "free";
  try {
    const settings = readRolloutSettings(certificate.annotations);
    return settings?.workloads.some((it) => it.kind === kind && it.name === name) === true ? "claimed" : "free";
  } catch (error) {
    if (error instanceof RolloutError) return "unclear";
    throw error;
  }
}
