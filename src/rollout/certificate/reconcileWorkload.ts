import type { CertificateView } from "../CertificateView.ts";
import type { ReconcileError } from "../isReconcileError.ts";
import { nextRolloutStep } from "../plan/nextRolloutStep.ts";
import type { RolloutGoal } from "../plan/RolloutGoal.ts";
import { observePods } from "../probe/observePods.ts";
import type { RolloutTarget } from "../report/RolloutObserver.ts";
import type { RolloutSummary } from "../report/rolloutCondition.ts";
import { phaseEvent } from "../report/rolloutEvent.ts";
import { isInFlight, type RolloutState } from "../workload/RolloutState.ts";
import { type WorkloadRef, workloadName } from "../workload/WorkloadRef.ts";
import type { WorkloadView } from "../workload/WorkloadView.ts";
import { emitEvent } from "./emitEvent.ts";
import type { ReconcileDeps } from "./ReconcileDeps.ts";
import { reconcileInPlace } from "./reconcileInPlace.ts";

/** A workload of a Certificate. */
export interface CertificateWorkload {
  readonly certificate: CertificateView;
  readonly goal: RolloutGoal;
  readonly ref: WorkloadRef;
  /** The older Certificate that names the workload as well; undefined when there is none. */
  readonly rival: string | undefined;
}

/** The outcome for one workload, or for all workloads of a Certificate. Empty when the certificate is rolled out. */
export interface RolloutOutcome {
  /** Why the certificate is not rolled out. */
  readonly summary?: RolloutSummary | undefined;
  /** The delay until the next reconciliation; undefined when only a change requires one. */
  readonly retryAfterMs?: number | undefined;
  /** An error that a retry may fix. */
  readonly error?: ReconcileError | undefined;
}

/** The delay while a rollout is in flight. */
export const RETRY_IN_FLIGHT_MS = 1_000;
/** The delay while another client has to act. */
export const RETRY_BLOCKED_MS = 30_000;
/** No Event is emitted for an older phase. The API server keeps Events for an hour (`--event-ttl`). */
const MAX_EVENT_AGE_MS = 1_800_000;

/** Takes the next step of one workload's rollout. Throws as {@link RolloutCluster} does. */
export async function reconcileWorkload(
  deps: ReconcileDeps,
  { certificate, goal, ref, rival }: CertificateWorkload,
): Promise<RolloutOutcome> {
  const { cluster, observer, now } = deps;
  const name = workloadName(ref);
  if (rival !== undefined) return blocked("Conflict", `${name} is already rolled for the Certificate ${rival}`);
  const workload = await cluster.workload(goal.namespace, ref);
  if (workload === undefined) return blocked("WorkloadMissing", `${name} does not exist`);
  await emitPhaseEvent(deps, { certificate, goal }, workload);
  // A rollout that is in flight is finished first, whatever the policy is now.
  if (!isInFlight(workload.state) && !workload.isLabelled) {
    const { settings, issued } = goal;
    if (issued === undefined) return {};
    if (settings.policy === "in-place") {
      if (!certificate.isReady) return {};
      const summary = await reconcileInPlace(deps, { certificate, settings, issued, workload });
      if (summary === undefined) return {};
      return { summary, retryAfterMs: summary.status === "False" ? RETRY_BLOCKED_MS : RETRY_IN_FLIGHT_MS };
    }
  }
  const pods = await observePods(deps, { namespace: goal.namespace, goal, host: certificate.host }, workload);
  const step = nextRolloutStep({ goal, workload, pods, now: now() });
  const target: RolloutTarget = { namespace: certificate.namespace, certificate: certificate.name, ref };
  switch (step.kind) {
    case "in-step":
      return {};
    case "stuck":
      return blocked(step.reason, step.message);
    case "wait":
      return inProgress(workload.state, {
        message: step.message,
        retryAfterMs: isInFlight(workload.state) ? RETRY_IN_FLIGHT_MS : RETRY_BLOCKED_MS,
      });
    case "delete-pod":
      await cluster.deletePod(goal.namespace, step.pod);
      observer.onStep(target, step);
      return inProgress(workload.state, { message: step.reason, retryAfterMs: RETRY_IN_FLIGHT_MS });
    default:
      await cluster.write(goal.namespace, step);
      observer.onStep(target, step);
      return inProgress(step.state ?? workload.state, { message: `${name}: ${step.kind}`, retryAfterMs: 0 });
  }
}

function blocked(reason: string, message: string): RolloutOutcome {
  return { summary: { status: "False", reason, message }, retryAfterMs: RETRY_BLOCKED_MS };
}

function inProgress(
  state: RolloutState | undefined,
  { message, retryAfterMs }: { readonly message: string; readonly retryAfterMs: number },
): RolloutOutcome {
  return { summary: { status: "Unknown", reason: progressReason(state), message }, retryAfterMs };
}

function progressReason(state: RolloutState | undefined): string {
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

async function emitPhaseEvent(
  deps: ReconcileDeps,
  { certificate, goal }: Pick<CertificateWorkload, "certificate" | "goal">,
  { state, ref }: WorkloadView,
): Promise<void> {
  if (state === undefined || state.certificate !== certificate.name) return;
  if (deps.now() - state.since > MAX_EVENT_AGE_MS) return;
  await emitEvent(deps, certificate, phaseEvent(ref, state, goal.settings.requestedBy));
}
