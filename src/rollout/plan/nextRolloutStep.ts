import { podsOf } from "../RolloutSettings.ts";
import { isMarked, type RolloutMarks } from "../workload/RolloutMarks.ts";
import { isInFlight, type RollbackReason, type RolloutState } from "../workload/RolloutState.ts";
import { workloadName } from "../workload/WorkloadRef.ts";
import type { PodView, WorkloadView } from "../workload/WorkloadView.ts";
import { canaryStaging, originalStaging, orphanStaging, widerStaging } from "./canaryStaging.ts";
import { canaryVerdict } from "./canaryVerdict.ts";
import type { RolloutGoal } from "./RolloutGoal.ts";
import type { RolloutStep } from "./RolloutStep.ts";

/** What is known of a workload when its next step is chosen. */
export interface RolloutObservation {
  /** Undefined where the Certificate is gone, or names this workload no longer. */
  readonly goal: RolloutGoal | undefined;
  readonly workload: WorkloadView;
  /** Of the workload, while one of them may have to be judged. */
  readonly pods: readonly PodView[];
  /** In milliseconds since 1970. */
  readonly now: number;
}

/**
 * The next step of a rollout, by nothing but what is there: the workload's template, what it remembers, and its Pods. Each
 * step leaves something from which the next can be told, so that a controller may be killed between any two.
 */
export function nextRolloutStep(observation: RolloutObservation): RolloutStep {
  const { goal, workload } = observation;
  const { state } = workload;
  if (!isInFlight(state)) {
    // Whoever undoes a Deployment's rollout (kubectl rollout undo) brings an old state with it.
    if (workload.isLabelled) return restored(workload);
    if (goal === undefined) return { kind: "in-step" };
    if (isHandled(goal, state)) return atRest(state);
    if (!goal.isReady) return { kind: "wait", message: `the Certificate ${goal.certificate} is not ready` };
    return begun(observation, goal);
  }
  if (state.phase !== "rolling-back" && !isMarked(workload.marks, marksOfState(state)))
    return takenBack(workload, state, observation.now);
  if (goal?.isReady === true && goal.certificate === state.certificate && !isHandled(goal, state))
    return begun(observation, goal);
  const stuck = stuckPod(observation, state);
  if (stuck !== undefined && !workload.isSettled)
    return { kind: "delete-pod", pod: stuck, why: "it is of what was taken back, and would hold up the others" };
  switch (state.phase) {
    case "canary":
      return ofCanary(observation, state);
    case "rolling":
      return ofRolling(observation, state);
    default:
      return ofRollback(observation, state);
  }
}

/** The marks that a state's rollout put onto the template. */
export function marksOfState({ revision, serial, request }: RolloutState): RolloutMarks {
  return { revision: String(revision), serial, request };
}

function isHandled(
  { certificate, revision, serial, settings }: RolloutGoal,
  state: RolloutState | undefined,
): state is RolloutState {
  return (
    state !== undefined &&
    state.certificate === certificate &&
    state.revision === revision &&
    state.serial === serial &&
    // An order that was taken away is no new one.
    (settings.request === undefined || settings.request === state.request)
  );
}

function atRest(state: RolloutState): RolloutStep {
  if (state.phase === "done") return { kind: "in-step" };
  return { kind: "stuck", reason: state.reason ?? "TakenBack", message: state.message ?? "it was taken back" };
}

function begun({ workload, now }: RolloutObservation, goal: RolloutGoal): RolloutStep {
  const { state: last, ref } = workload;
  const { settings, certificate, revision, serial } = goal;
  const isCanary = settings.policy === "canary" && workload.pods > 0;
  const fault = workload.fault ?? (isCanary ? workload.canaryFault : undefined);
  // In the middle of a canary a DaemonSet's strategy is OnDelete by our own hand.
  if (fault !== undefined && !(isInFlight(last) && last.phase === "canary"))
    return { kind: "stuck", reason: "CannotRoll", message: `${workloadName(ref)} cannot be rolled: ${fault}` };
  const inFlight = isInFlight(last) ? last : undefined;
  const original = inFlight?.before.staging ?? workload.staging;
  const staged = isCanary ? canaryStaging(original, podsOf(settings.canary, workload.pods), workload.pods) : undefined;
  const state: RolloutState = {
    certificate,
    revision,
    serial,
    request: settings.request ?? null,
    phase: isCanary ? "canary" : "rolling",
    policy: isCanary ? "canary" : "rolling",
    started: now,
    since: now,
    timeout: settings.timeout,
    before: { marks: inFlight?.before.marks ?? workload.marks, staging: original },
    superseded: inFlight === undefined ? null : marksOfState(inFlight),
    canary: staged ?? null,
    reason: null,
    message: null,
  };
  const staging = staged ?? (inFlight?.canary ? original : undefined);
  return { kind: "begin", workload, marks: marksOfState(state), staging, state };
}

function ofCanary({ goal, workload, pods, now }: RolloutObservation, state: RolloutState): RolloutStep {
  if (goal?.certificate !== state.certificate) return abandoned(workload, state, now);
  const wider = widerStaging(workload, state, goal.settings.canary);
  if (wider !== undefined)
    return { kind: "restage", workload, marks: undefined, staging: wider, state: { ...state, canary: wider } };
  const verdict = canaryVerdict(workload, state, pods, { settings: goal.settings, now });
  switch (verdict.kind) {
    case "passed":
      return {
        kind: "promote",
        workload,
        marks: undefined,
        staging: originalStaging(workload, state),
        state: { ...state, phase: "rolling", since: now, canary: null },
      };
    case "failed":
      return rolledBack(workload, state, now, "ProbeFailed", verdict.message);
    case "delete-pod":
      return { kind: "delete-pod", pod: verdict.pod, why: "the canary takes its place" };
    case "wait":
      if (isLate(state, now)) return rolledBack(workload, state, now, "TimedOut", verdict.message);
      return { kind: "wait", message: verdict.message };
  }
}

function ofRolling({ goal, workload, now }: RolloutObservation, state: RolloutState): RolloutStep {
  const name = workloadName(workload.ref);
  if (workload.isSettled) {
    const done: RolloutState = { ...state, phase: "done", since: now };
    return { kind: "finish", workload, marks: undefined, staging: undefined, state: done };
  }
  if (goal?.certificate !== state.certificate) return abandoned(workload, state, now);
  const message = `${name} is not rolled out`;
  if (workload.isOverdue)
    return rolledBack(
      workload,
      state,
      now,
      "ProgressDeadlineExceeded",
      `${message} within its progressDeadlineSeconds`,
    );
  if (isLate(state, now)) return rolledBack(workload, state, now, "TimedOut", message);
  return { kind: "wait", message: `${message} yet` };
}

function ofRollback({ workload, now }: RolloutObservation, state: RolloutState): RolloutStep {
  if (workload.isSettled) {
    const settled: RolloutState = { ...state, phase: "rolled-back", since: now };
    return { kind: "settle", workload, marks: undefined, staging: undefined, state: settled };
  }
  return { kind: "wait", message: `${workloadName(workload.ref)} goes back: ${state.message ?? ""}` };
}

/**
 * A StatefulSet waits for a Pod that is not ready, also for one that never will be, before it replaces it or any other
 * (kubernetes/kubernetes#67250).
 */
function stuckPod({ workload, pods }: RolloutObservation, { phase, superseded }: RolloutState): PodView | undefined {
  if (workload.ref.kind !== "StatefulSet") return undefined;
  const isOfAnother = ({ marks }: PodView): boolean =>
    phase === "rolling-back"
      ? !isMarked(marks, workload.marks)
      : superseded !== null && isMarked(marks, superseded) && !isMarked(marks, workload.marks);
  const { staging } = workload;
  // Those below a partition that people set stay as they are, whatever they are of.
  const first = staging.kind === "StatefulSet" ? (staging.partition ?? 0) : 0;
  return pods.find(
    (pod) => !pod.isReady && !pod.isTerminating && isOfAnother(pod) && Number(/\d+$/.exec(pod.name)?.[0]) >= first,
  );
}

/** Whether a rollout took longer than it may. */
export function isLate({ started, timeout }: Pick<RolloutState, "started" | "timeout">, now: number): boolean {
  return now - started > timeout;
}

function rolledBack(
  workload: WorkloadView,
  state: RolloutState,
  now: number,
  reason: RollbackReason,
  why: string,
): RolloutStep {
  const message = reason === "TimedOut" ? `${why} after ${Math.round(state.timeout / 1000)} s` : why;
  return {
    kind: "roll-back",
    workload,
    marks: state.before.marks,
    staging: originalStaging(workload, state),
    state: { ...state, phase: "rolling-back", since: now, canary: null, reason, message: message.slice(0, 1000) },
  };
}

function abandoned(workload: WorkloadView, state: RolloutState, now: number): RolloutStep {
  const name = workloadName(workload.ref);
  return rolledBack(workload, state, now, "Abandoned", `the Certificate ${state.certificate} no longer rolls ${name}`);
}

/** Somebody's hand is stronger: what they put there stays, and only what the canary changed beside it is put back. */
function takenBack(workload: WorkloadView, state: RolloutState, now: number): RolloutStep {
  const message = `somebody changed the certificate's marks on the template of ${workloadName(workload.ref)} during its rollout`;
  return {
    kind: "settle",
    workload,
    marks: undefined,
    staging: originalStaging(workload, state),
    state: { ...state, phase: "rolled-back", since: now, canary: null, reason: "TakenBack", message },
  };
}

function restored(workload: WorkloadView): RolloutStep {
  return { kind: "restore", workload, marks: undefined, staging: orphanStaging(workload), state: undefined };
}
