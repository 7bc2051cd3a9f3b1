import type { KubernetesError } from "../../kubernetes/KubernetesError.ts";
import type { CertificateView } from "../CertificateView.ts";
import { isReconcileError, type ReconcileError } from "../isReconcileError.ts";
import type { IssuedRevision, RolloutGoal } from "../plan/RolloutGoal.ts";
import { RolloutError } from "../RolloutError.ts";
import { type RolloutSettings, readRolloutSettings } from "../RolloutSettings.ts";
import { type RolloutSummary, rolloutCondition } from "../report/rolloutCondition.ts";
import { workloadName } from "../workload/WorkloadRef.ts";
import { emitEvent } from "./emitEvent.ts";
import type { ReconcileDeps } from "./ReconcileDeps.ts";
import { RETRY_BLOCKED_MS, type RolloutOutcome, reconcileWorkload } from "./reconcileWorkload.ts";

/** The result of {@link reconcileCertificate}. */
export interface ReconcileResult {
  /** The delay until the next reconciliation; undefined when only a change requires one. */
  readonly retryAfterMs: number | undefined;
  /** Whether the Certificate was deleted. */
  readonly isGone: boolean;
}

/**
 * Reconciles one Certificate: takes the next step of each of its workloads, then writes its condition. Throws
 * {@link RolloutError} or {@link KubernetesError} when a workload failed in a way that a retry may fix. The other workloads
 * are reconciled, and the condition is written, before that.
 */
export async function reconcileCertificate(
  deps: ReconcileDeps,
  namespace: string,
  name: string,
): Promise<ReconcileResult> {
  const certificate = await deps.cluster.certificate(namespace, name);
  if (certificate === undefined) return { retryAfterMs: undefined, isGone: true };
  let settings: RolloutSettings | undefined;
  try {
    settings = readRolloutSettings(certificate.annotations);
  } catch (error) {
    if (!(error instanceof RolloutError)) throw error;
    await setCondition(deps, certificate, { status: "False", reason: "BadAnnotations", message: error.message });
    return { retryAfterMs: undefined, isGone: false };
  }
  if (settings === undefined) return { retryAfterMs: undefined, isGone: false };
  const found = await issuedOf(deps, certificate);
  const issued = "serial" in found ? found : undefined;
  const outcome = await reconcileWorkloads(deps, certificate, {
    namespace: certificate.namespace,
    certificate: certificate.name,
    issued,
    mayBegin: issued !== undefined && certificate.isReady && settings.policy !== "in-place",
    settings,
  });
  const summary = "serial" in found ? (outcome.summary ?? rolledOut(found, settings)) : found;
  await setCondition(deps, certificate, summary);
  if (outcome.error !== undefined) throw outcome.error;
  const retryAfterMs =
    issued === undefined && summary.status === "False"
      ? Math.min(outcome.retryAfterMs ?? RETRY_BLOCKED_MS, RETRY_BLOCKED_MS)
      : outcome.retryAfterMs;
  return { retryAfterMs, isGone: false };
}

function rolledOut({ revision, serial }: IssuedRevision, { workloads }: RolloutSettings): RolloutSummary {
  const message = `revision ${revision}, serial ${serial}: ${workloads.map(workloadName).join(", ")}`;
  return { status: "True", reason: "RolledOut", message };
}

/** The latest certificate, or why no rollout can begin. */
async function issuedOf(
  { cluster }: ReconcileDeps,
  certificate: CertificateView,
): Promise<IssuedRevision | RolloutSummary> {
  const { revision, isReady } = certificate;
  if (revision === undefined) {
    // A Certificate that was created again, or restored from a backup, uses an existing Secret without a new revision.
    const message = isReady
      ? "the Secret is older than the Certificate, which has no revision until it is renewed (cmctl renew)"
      : "no certificate has been issued yet";
    return { status: "Unknown", reason: "WaitingForCertificate", message };
  }
  try {
    return await cluster.issued(certificate, revision);
  } catch (error) {
    if (!(error instanceof RolloutError) || error.code !== "certificate-unknown") throw error;
    return { status: "False", reason: "CertificateUnknown", message: error.message };
  }
}

/** Reconciles all workloads in order. The outcome has the first summary, the first error and the shortest delay. */
async function reconcileWorkloads(
  deps: ReconcileDeps,
  certificate: CertificateView,
  goal: RolloutGoal,
): Promise<RolloutOutcome> {
  const rivalOf = deps.rivals(certificate);
  let all: RolloutOutcome = {};
  for (const ref of goal.settings.workloads) {
    // No rollout begins after a workload that is not rolled out. Rollouts in flight continue.
    const mayBegin = goal.mayBegin && all.summary === undefined;
    const workload = { certificate, goal: { ...goal, mayBegin }, ref, rival: rivalOf(ref) };
    const one = await reconcileWorkload(deps, workload).catch(failureOutcome);
    const retries = [all.retryAfterMs, one.retryAfterMs].filter((it) => it !== undefined);
    all = {
      summary: all.summary ?? one.summary,
      error: all.error ?? one.error,
      retryAfterMs: retries.length === 0 ? undefined : Math.min(...retries),
    };
  }
  return all;
}

/** The outcome of an error that concerns one workload only. Rethrows any other error. */
function failureOutcome(error: unknown): RolloutOutcome {
  const summary = isReconcileError(error) ? failureSummary(error) : undefined;
  if (!isReconcileError(error) || summary === undefined) throw error;
  return { summary, error };
}

function failureSummary({ code, message }: ReconcileError): RolloutSummary | undefined {
  if (code === "unreadable-state") return { status: "False", reason: "UnreadableState", message };
  if (code === "cluster-refused") return { status: "Unknown", reason: "Refused", message };
  return undefined;
}

async function setCondition(deps: ReconcileDeps, certificate: CertificateView, summary: RolloutSummary): Promise<void> {
  const condition = rolloutCondition(certificate, summary, deps.now());
  if (condition === undefined) return;
  const { reason, message } = summary;
  if (reason === "NotServed")
    await emitEvent(deps, certificate, { type: "Warning", reason, note: message, key: `${certificate.revision}` });
  await deps.cluster.setCondition(certificate, condition);
}
