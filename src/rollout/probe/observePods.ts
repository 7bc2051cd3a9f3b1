import type { RolloutGoal } from "../plan/RolloutGoal.ts";
import type { RolloutCluster } from "../RolloutCluster.ts";
import type { PodView } from "../workload/PodView.ts";
import { isInFlight } from "../workload/RolloutState.ts";
import type { WorkloadView } from "../workload/WorkloadView.ts";
import { probePods } from "./probePods.ts";
import { type ProbePod, probeHostOf } from "./probeServing.ts";

/** The rollout that the Pods belong to. */
export interface PodsContext {
  readonly namespace: string;
  /** Undefined for an orphaned rollout. */
  readonly goal: RolloutGoal | undefined;
  /** The Certificate's first name. */
  readonly host: string | undefined;
}

/** Reads the Pods of a workload when the next step depends on them, and probes them when it depends on their certificates. */
export async function observePods(
  { cluster, probe }: { readonly cluster: RolloutCluster; readonly probe: ProbePod | undefined },
  { namespace, goal, host }: PodsContext,
  workload: WorkloadView,
): Promise<PodView[]> {
  const { state, ref } = workload;
  if (!isInFlight(state)) return [];
  // A Pod of a StatefulSet may block the others, see nextRolloutStep.
  const mayBeBlocked = ref.kind === "StatefulSet" && (state.phase === "rolling-back" || state.superseded !== null);
  if (state.phase !== "canary" && !mayBeBlocked) return [];
  const pods = await cluster.pods(namespace, workload);
  if (state.phase !== "canary" || goal === undefined || probe === undefined) return pods;
  const { settings, issued } = goal;
  const serials = [...new Set([state.serial, ...(issued === undefined ? [] : [issued.serial])])];
  const asked = pods.filter(
    ({ marks, isReady, isTerminating, ip }) =>
      isReady &&
      !isTerminating &&
      ip !== undefined &&
      marks.serial === state.serial &&
      marks.revision === String(state.revision),
  );
  const [port, name] = [settings.probePort, probeHostOf(settings, host)];
  const results = await probePods(asked, ({ ip = "" }) => probe({ address: ip, port, host: name, serials }));
  return pods.map((pod) => ({ ...pod, probe: results.get(pod) }));
}
