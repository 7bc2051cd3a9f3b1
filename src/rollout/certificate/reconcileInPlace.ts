import type { RolloutGoal } from "../plan/RolloutGoal.ts";
import type { ProbePod } from "../probe/podsToJudge.ts";
import { probeHostOf } from "../probe/probeHostOf.ts";
import type { RolloutCluster } from "../RolloutCluster.ts";
import { CONDITION, type RolloutSummary } from "../report/rolloutCondition.ts";
import { isMarked, type RolloutMarks } from "../workload/RolloutMarks.ts";
import { type WorkloadRef, workloadName } from "../workload/WorkloadRef.ts";
import type { WorkloadView } from "../workload/WorkloadView.ts";
import type { CertificateView } from "./CertificateView.ts";

/** What a look at Pods needs of the world. */
export interface InPlaceDeps {
  readonly cluster: RolloutCluster;
  readonly probe: ProbePod;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** Told of each Pod that was marked. */
  readonly onMark: (ref: WorkloadRef, pod: string) => void;
}

/**
 * For servers that take a certificate up by themselves: no Pod is replaced. Each has its annotations set, which a downwardAPI
 * volume brings to its files, and each that is ready has to serve the certificate. Undefined when all do.
 */
export async function reconcileInPlace(
  { cluster, probe, now, onMark }: InPlaceDeps,
  certificate: CertificateView,
  goal: RolloutGoal,
  workload: WorkloadView,
): Promise<RolloutSummary | undefined> {
  const { settings, serial, revision, namespace } = goal;
  const marks: RolloutMarks = { revision: String(revision), serial, request: settings.request ?? null };
  const pods = (await cluster.pods(namespace, workload)).filter((pod) => !pod.isTerminating);
  for (const pod of pods) {
    if (isMarked(pod.marks, marks)) continue;
    await cluster.markPod(namespace, pod, marks);
    onMark(workload.ref, pod.name);
  }
  const host = probeHostOf(settings, certificate.host);
  const words = await Promise.all(
    pods.map(async ({ name, ip, isReady }) => {
      if (!isReady || ip === undefined) return `Pod ${name} is not ready`;
      const said = await probe({ address: ip, port: settings.probePort, host, serials: [serial] });
      return said === "" ? "" : `Pod ${name}: ${said}`;
    }),
  );
  const missing = words.filter((said) => said !== "");
  if (missing.length === 0 && pods.length >= workload.pods) return undefined;
  const what = `${workloadName(workload.ref)}: ${pods.length - missing.length} of ${workload.pods} Pods serve the new certificate`;
  const message = missing[0] === undefined ? what : `${what}; ${missing[0]}`;
  // Since when it is waited for is on the condition itself.
  const before = certificate.conditions.find(({ type }) => type === CONDITION);
  const begin = `revision ${revision}, serial ${serial}: `;
  const text = `${begin}${message}`;
  const isSame = before?.message?.startsWith(`${begin}${workloadName(workload.ref)}: `) === true;
  if (before?.reason === "NotServed" && isSame) return { status: "False", reason: "NotServed", message: text };
  // What was waited for before, such as the Certificate itself, or another workload, took none of this one's time.
  const waiting = before?.reason === "InPlace" && isSame ? Date.parse(before.lastTransitionTime ?? "") : Number.NaN;
  const since = Number.isNaN(waiting) ? now() : waiting;
  return now() - since > settings.timeout
    ? { status: "False", reason: "NotServed", message: text }
    : { status: "Unknown", reason: "InPlace", message: text, since };
}
