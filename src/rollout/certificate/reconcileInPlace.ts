import type { CertificateView } from "../CertificateView.ts";
import type { IssuedRevision } from "../plan/RolloutGoal.ts";
import { probePods } from "../probe/probePods.ts";
import { probeHostOf } from "../probe/probeServing.ts";
import type { RolloutSettings } from "../RolloutSettings.ts";
import { CONDITION, type RolloutSummary } from "../report/rolloutCondition.ts";
import type { PodView } from "../workload/PodView.ts";
import { isMarked, type RolloutMarks } from "../workload/RolloutMarks.ts";
import { workloadName } from "../workload/WorkloadRef.ts";
import type { WorkloadView } from "../workload/WorkloadView.ts";
import type { ReconcileDeps } from "./ReconcileDeps.ts";

/** A workload whose Pods reload their certificate. */
export interface InPlaceTarget {
  readonly certificate: CertificateView;
  readonly settings: RolloutSettings;
  readonly issued: IssuedRevision;
  readonly workload: WorkloadView;
}

/**
 * Reconciles a workload with the policy `in-place`, for servers that reload their certificate: no Pod is replaced. It writes
 * the marks on each Pod, from where a downwardAPI volume copies them to a file. Then it probes each ready Pod. Undefined when
 * all Pods serve the certificate.
 */
export async function reconcileInPlace(
  deps: Pick<ReconcileDeps, "cluster" | "probe" | "now" | "observer">,
  target: InPlaceTarget,
): Promise<RolloutSummary | undefined> {
  const { certificate, settings, issued, workload } = target;
  const { namespace } = certificate;
  const pods = (await deps.cluster.pods(namespace, workload)).filter((pod) => !pod.isTerminating);
  const marks: RolloutMarks = {
    revision: String(issued.revision),
    serial: issued.serial,
    request: settings.request ?? null,
  };
  for (const pod of pods) {
    if (isMarked(pod.marks, marks)) continue;
    await deps.cluster.markPod(namespace, pod, marks);
    deps.observer.onMark({ namespace, certificate: certificate.name, ref: workload.ref }, pod.name);
  }
  const { serving, failure } = await probeAll(deps, target, pods);
  if (serving === pods.length && pods.length >= workload.pods) return undefined;
  const name = workloadName(workload.ref);
  const progress = `${name}: ${serving} of ${workload.pods} Pods serve the new certificate`;
  const prefix = `revision ${issued.revision}, serial ${issued.serial}: `;
  const message = `${prefix}${progress}${failure === undefined ? "" : `; ${failure}`}`;
  // The stored condition remembers since when this workload is waited for.
  const stored = certificate.conditions.find(({ type }) => type === CONDITION);
  const isSame = stored?.message?.startsWith(`${prefix}${name}: `) === true;
  if (stored?.reason === "NotServed" && isSame) return { status: "False", reason: "NotServed", message };
  // A wait for the Certificate or for another workload does not count.
  const storedSince = stored?.reason === "InPlace" && isSame ? Date.parse(stored.lastTransitionTime ?? "") : Number.NaN;
  const since = Number.isNaN(storedSince) ? deps.now() : Math.min(storedSince, deps.now());
  return deps.now() - since > settings.timeoutMs
    ? { status: "False", reason: "NotServed", message }
    : { status: "Unknown", reason: "InPlace", message, since };
}

/** How many Pods are known to serve the certificate, and why the first of the others does not. */
async function probeAll(
  { probe }: Pick<ReconcileDeps, "probe">,
  { certificate, settings, issued }: InPlaceTarget,
  pods: readonly PodView[],
): Promise<{ readonly serving: number; readonly failure: string | undefined }> {
  const [port, host] = [settings.probePort, probeHostOf(settings, certificate.host)];
  const canBeAsked = ({ isReady, ip }: PodView): boolean => isReady && ip !== undefined;
  const results = await probePods(pods.filter(canBeAsked), ({ ip = "" }) =>
    probe({ address: ip, port, host, serials: [issued.serial] }),
  );
  const faults = pods.flatMap((pod) => {
    const result = results.get(pod);
    if (result === undefined) return canBeAsked(pod) ? [] : [`Pod ${pod.name} is not ready`];
    return result.ok ? [] : [`Pod ${pod.name}: ${result.reason}`];
  });
  return { serving: [...results.values()].filter(({ ok }) => ok).length, failure: faults[0] };
}
