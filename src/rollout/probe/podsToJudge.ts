import type { RolloutGoal } from "../plan/RolloutGoal.ts";
import type { RolloutCluster } from "../RolloutCluster.ts";
import { isInFlight } from "../workload/RolloutState.ts";
import type { PodView, WorkloadView } from "../workload/WorkloadView.ts";
import { probeHostOf } from "./probeHostOf.ts";
import type { ServingProbe } from "./probeServing.ts";

/** Shakes hands with a Pod: "" when it serves one of the serials, else what it does, in words. */
export type ProbePod = (probe: Pick<ServingProbe, "address" | "port" | "host" | "serials">) => Promise<string>;

/** Whose Pods they are. */
export interface PodsContext {
  readonly namespace: string;
  /** Undefined where nobody wants the rollout any more. */
  readonly goal: RolloutGoal | undefined;
  /** The Certificate's own first name. */
  readonly host: string | undefined;
}

/** The Pods of a workload, where a step may depend on them; and how they serve, where it depends on that. */
export async function podsToJudge(
  { cluster, probe }: { readonly cluster: RolloutCluster; readonly probe: ProbePod | undefined },
  { namespace, goal, host }: PodsContext,
  workload: WorkloadView,
): Promise<PodView[]> {
  const { state, ref } = workload;
  if (!isInFlight(state)) return [];
  // One of its Pods may be stuck; see nextRolloutStep.
  const mayBeStuck = ref.kind === "StatefulSet" && (state.phase === "rolling-back" || state.superseded !== null);
  if (state.phase !== "canary" && !mayBeStuck) return [];
  const pods = await cluster.pods(namespace, workload);
  if (state.phase !== "canary" || goal === undefined || probe === undefined) return pods;
  const { settings, serial } = goal;
  const serials = [...new Set([state.serial, serial])].filter((it) => it !== "");
  return Promise.all(
    pods.map(async (pod) => {
      const isOurs = pod.marks.serial === state.serial && pod.marks.revision === String(state.revision);
      if (!pod.isReady || pod.isTerminating || pod.ip === undefined || !isOurs) return pod;
      return {
        ...pod,
        probe: await probe({
          address: pod.ip,
          port: settings.probePort,
          host: probeHostOf(settings, host),
          serials,
        }),
      };
    }),
  );
}
