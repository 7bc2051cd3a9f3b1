import { nextRolloutStep } from "../plan/nextRolloutStep.ts";
import type { RolloutGoal } from "../plan/RolloutGoal.ts";
import type { RolloutStep } from "../plan/RolloutStep.ts";
import { type ProbePod, podsToJudge } from "../probe/podsToJudge.ts";
import type { RolloutCluster } from "../RolloutCluster.ts";
import { RolloutError } from "../RolloutError.ts";
import { type RolloutSettings, readRolloutSettings } from "../RolloutSettings.ts";
import { type RolloutSummary, rolloutCondition } from "../report/rolloutCondition.ts";
import { type RolloutNews, rolloutEvent } from "../report/rolloutEvent.ts";
import { rolloutNews } from "../report/rolloutNews.ts";
import { isInFlight, type RolloutState } from "../workload/RolloutState.ts";
import { type WorkloadRef, workloadName } from "../workload/WorkloadRef.ts";
import type { WorkloadView } from "../workload/WorkloadView.ts";
import type { CertificateView } from "./CertificateView.ts";
import { reconcileInPlace } from "./reconcileInPlace.ts";

/** What a look at a Certificate needs of the world. */
export interface ReconcileDeps {
  readonly cluster: RolloutCluster;
  /** Tells of a workload the name of another Certificate that has the better right to it, if there is one. */
  readonly rivals: (certificate: CertificateView) => (ref: WorkloadRef) => string | undefined;
  readonly probe: ProbePod;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** Told of each step that was taken. */
  readonly onStep: (certificate: CertificateView, ref: WorkloadRef, step: RolloutStep) => void;
  /** Told of each Pod that was marked in place. */
  readonly onMark: (certificate: CertificateView, ref: WorkloadRef, pod: string) => void;
  /** Told of an Event that was refused. */
  readonly onUntold: (certificate: CertificateView, why: string) => void;
}

/** What came of it. */
export interface Reconciled {
  /** When it is to be looked at again, in milliseconds; undefined when nothing is waited for. */
  readonly again: number | undefined;
  readonly isGone: boolean;
}

/** While something is under way. In milliseconds. */
const SOON = 1_000;
/** What somebody else has to do something about. In milliseconds. */
const LATER = 30_000;
/** Events are kept for an hour (`--event-ttl`); what is older than this is not told again. In milliseconds. */
const NEWS = 1_800_000;

/** One step further for each workload of a Certificate, and what is to be said of it. Throws {@link RolloutError}. */
export async function reconcileCertificate(deps: ReconcileDeps, namespace: string, name: string): Promise<Reconciled> {
  const certificate = await deps.cluster.certificate(namespace, name);
  if (certificate === undefined) return { again: undefined, isGone: true };
  let settings: RolloutSettings | undefined;
  try {
    settings = readRolloutSettings(certificate.annotations);
  } catch (error) {
    if (!(error instanceof RolloutError)) throw error;
    await say(deps, certificate, { status: "False", reason: "BadAnnotations", message: error.message });
    return { again: undefined, isGone: false };
  }
  if (settings === undefined) return { again: undefined, isGone: false };
  const issued = await issuedOf(deps, certificate);
  const isIssued = "serial" in issued;
  const goal: RolloutGoal = {
    namespace: certificate.namespace,
    certificate: certificate.name,
    ...(isIssued ? { ...issued, isReady: certificate.isReady } : { revision: 0, serial: "", isReady: false }),
    settings,
  };
  const { problem, again, failure } = await rollAll(deps, certificate, goal);
  const message = `revision ${goal.revision}, serial ${goal.serial}: ${settings.workloads.map(workloadName).join(", ")}`;
  await say(deps, certificate, isIssued ? (problem ?? { status: "True", reason: "RolledOut", message }) : issued);
  if (failure !== undefined) throw failure;
  if (!isIssued && issued.status === "False") return { again: Math.min(again ?? LATER, LATER), isGone: false };
  return { again, isGone: false };
}

/** What was issued last, or why nothing can be begun. */
async function issuedOf(
  { cluster }: ReconcileDeps,
  certificate: CertificateView,
): Promise<Pick<RolloutGoal, "revision" | "serial"> | RolloutSummary> {
  const { revision, isReady } = certificate;
  if (revision === undefined) {
    // A Certificate that was made again, or brought back from a backup, takes a Secret that is there as it is.
    const message = isReady
      ? "its Secret is from before, and has no revision until it is renewed (cmctl renew)"
      : "no certificate has been issued yet";
    return { status: "Unknown", reason: "WaitingForCertificate", message };
  }
  try {
    return { revision, serial: (await cluster.leaf(certificate, revision)).serial };
  } catch (error) {
    if (!(error instanceof RolloutError) || error.code !== "not-there") throw error;
    return { status: "False", reason: "CertificateUnknown", message: error.message };
  }
}

interface AllRolled {
  /** The first. */
  readonly problem: RolloutSummary | undefined;
  readonly again: number | undefined;
  /** The first that is to be tried again. */
  readonly failure: RolloutError | undefined;
}

async function rollAll(deps: ReconcileDeps, certificate: CertificateView, goal: RolloutGoal): Promise<AllRolled> {
  const rivalOf = deps.rivals(certificate);
  let summary: RolloutSummary | undefined;
  let again: number | undefined;
  let failure: RolloutError | undefined;
  for (const ref of goal.settings.workloads) {
    // What is under way goes on; but nothing is begun behind a workload that is not rolled out.
    const mine = summary === undefined ? goal : { ...goal, isReady: false };
    const { problem, wait } = await rollOne(deps, certificate, mine, ref, rivalOf(ref)).catch(
      (error: unknown): Rolled => {
        if (!(error instanceof RolloutError)) throw error;
        const told = failureSummary(error);
        if (told === undefined) throw error;
        failure ??= error;
        return { problem: told };
      },
    );
    summary ??= problem;
    if (wait !== undefined) again = Math.min(again ?? wait, wait);
  }
  return { problem: summary, again, failure };
}

/** What is one workload's own, and not to hold up those beside it. */
function failureSummary({ code, message }: RolloutError): RolloutSummary | undefined {
  if (code === "unreadable-state") return { status: "False", reason: "UnreadableState", message };
  if (code === "refused-by-cluster") return { status: "Unknown", reason: "Refused", message };
  return undefined;
}

interface Rolled {
  /** Why not all is as it should be. */
  readonly problem?: RolloutSummary;
  /** In milliseconds. */
  readonly wait?: number;
}

async function rollOne(
  deps: ReconcileDeps,
  certificate: CertificateView,
  goal: RolloutGoal,
  ref: WorkloadRef,
  rival: string | undefined,
): Promise<Rolled> {
  const { cluster, now } = deps;
  const name = workloadName(ref);
  const stuck = (reason: string, message: string): Rolled => ({
    problem: { status: "False", reason, message },
    wait: LATER,
  });
  if (rival !== undefined) return stuck("Conflict", `${name} is rolled for the Certificate ${rival} already`);
  const workload = await cluster.workload(goal.namespace, ref);
  if (workload === undefined) return stuck("WorkloadMissing", `${name} is not there`);
  await tell(deps, certificate, goal, workload);
  if (goal.serial === "" && !isInFlight(workload.state) && !workload.isLabelled) return {};
  // What was begun by another policy is brought to its end first.
  if (goal.settings.policy === "in-place" && !isInFlight(workload.state) && !workload.isLabelled) {
    if (!certificate.isReady) return {};
    const onMark = (at: WorkloadRef, pod: string): void => deps.onMark(certificate, at, pod);
    const problem = await reconcileInPlace({ ...deps, onMark }, certificate, goal, workload);
    if (problem === undefined) return {};
    return { problem, wait: problem.status === "False" ? LATER : SOON };
  }
  const pods = await podsToJudge(deps, { namespace: goal.namespace, goal, host: certificate.host }, workload);
  const mine = goal.settings.policy === "in-place" ? { ...goal, isReady: false } : goal;
  const step = nextRolloutStep({ goal: mine, workload, pods, now: now() });
  switch (step.kind) {
    case "in-step":
      return {};
    case "stuck":
      return stuck(step.reason, step.message);
    case "wait":
      return {
        problem: { status: "Unknown", reason: reasonOf(workload.state), message: step.message },
        wait: isInFlight(workload.state) ? SOON : LATER,
      };
    case "delete-pod":
      await cluster.deletePod(goal.namespace, step.pod);
      deps.onStep(certificate, ref, step);
      return { problem: { status: "Unknown", reason: reasonOf(workload.state), message: step.why }, wait: SOON };
    default: {
      await cluster.write(goal.namespace, step);
      deps.onStep(certificate, ref, step);
      const message = `${name}: ${step.kind}`;
      return { problem: { status: "Unknown", reason: reasonOf(step.state ?? workload.state), message }, wait: 0 };
    }
  }
}

function reasonOf(state: RolloutState | undefined): string {
  switch (state?.phase) {
    case "canary":
      return "Canary";
    case "rolling":
      return "Rolling";
    case "rolling-back":
      return "RollingBack";
    default:
      return "Waiting";
  }
}

async function tell(
  deps: ReconcileDeps,
  certificate: CertificateView,
  goal: RolloutGoal,
  { state, ref }: WorkloadView,
): Promise<void> {
  if (state === undefined || state.certificate !== certificate.name || deps.now() - state.since > NEWS) return;
  await announce(deps, certificate, rolloutNews(ref, state, goal.settings.requestedBy));
}

/** An Event that is refused (a quota, a webhook) holds up no rollout. */
async function announce(deps: ReconcileDeps, certificate: CertificateView, news: RolloutNews): Promise<void> {
  try {
    await deps.cluster.event(certificate, rolloutEvent(certificate, news, deps.now()));
  } catch (error) {
    if (!(error instanceof RolloutError) || error.code !== "refused-by-cluster") throw error;
    deps.onUntold(certificate, error.message);
  }
}

async function say(deps: ReconcileDeps, certificate: CertificateView, summary: RolloutSummary): Promise<void> {
  const condition = rolloutCondition(certificate, summary, deps.now());
  if (condition === undefined) return;
  if (summary.reason === "NotServed") {
    const news = {
      type: "Warning",
      reason: "NotServed",
      note: summary.message,
      key: `${certificate.revision}`,
    } as const;
    await announce(deps, certificate, news);
  }
  await deps.cluster.setCondition(certificate, condition);
}
