import { isLate, nextRolloutStep } from "../plan/nextRolloutStep.ts";
import type { RolloutStep } from "../plan/RolloutStep.ts";
import { podsToJudge } from "../probe/podsToJudge.ts";
import type { RolloutCluster } from "../RolloutCluster.ts";
import { RolloutError } from "../RolloutError.ts";
import { readRolloutSettings } from "../RolloutSettings.ts";
import { isInFlight } from "../workload/RolloutState.ts";
import type { WorkloadRef } from "../workload/WorkloadRef.ts";

/** What a look at a stray needs of the world. */
export interface StrayDeps {
  readonly cluster: RolloutCluster;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  readonly onStep: (ref: WorkloadRef, step: RolloutStep) => void;
}

/** In milliseconds. */
const SOON = 1_000;
const LATER = 5_000;

/**
 * One step further for a workload that is being rolled for a Certificate that is gone, or names it no longer: back to what
 * was before. Resolves to when it is to be looked at again, in milliseconds; undefined when there is nothing left to do.
 */
export async function reconcileOrphan(
  deps: StrayDeps,
  namespace: string,
  ref: WorkloadRef,
): Promise<number | undefined> {
  const { cluster } = deps;
  const workload = await cluster.workload(namespace, ref);
  if (workload?.isLabelled !== true) return undefined;
  const { state } = workload;
  if (state !== undefined) {
    const claim = await claimOf(deps, namespace, ref, state.certificate);
    if (claim === "claimed") return undefined;
    // It may well be wanted: it has its time. But what has come to an end does not hang until the annotations are put right.
    const hasEnded = !isInFlight(state) || state.phase === "rolling-back" || isLate(state, deps.now());
    if (claim === "unclear" && !hasEnded && !(state.phase === "rolling" && workload.isSettled)) return LATER;
  }
  const pods = await podsToJudge(
    { cluster, probe: undefined },
    { namespace, goal: undefined, host: undefined },
    workload,
  );
  const step = nextRolloutStep({ goal: undefined, workload, pods, now: deps.now() });
  switch (step.kind) {
    case "in-step":
    case "stuck":
      return undefined;
    case "wait":
      return SOON;
    case "delete-pod":
      await cluster.deletePod(namespace, step.pod);
      deps.onStep(ref, step);
      return SOON;
    default:
      await cluster.write(namespace, step);
      deps.onStep(ref, step);
      return isInFlight(step.state) ? 0 : undefined;
  }
}

/** Not by what was heard, but by what is: a Certificate that was not heard of is no reason to take anything back. */
async function claimOf(
  { cluster }: StrayDeps,
  namespace: string,
  { kind, name }: WorkloadRef,
  by: string,
): Promise<"claimed" | "unclear" | "free"> {
  const certificate = await cluster.certificate(namespace, by);
  if (certificate === undefined) return "free";
  try {
    const settings = readRolloutSettings(certificate.annotations);
    return settings?.workloads.some((it) => it.kind === kind && it.name === name) === true ? "claimed" : "free";
  } catch (error) {
    // What cannot be read may well name it; the Certificate's condition says so.
    if (error instanceof RolloutError) return "unclear";
    throw error;
  }
}
