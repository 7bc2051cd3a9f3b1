import { podsOf } from "../RolloutSettings.ts";
import type { PodView } from "../workload/PodView.ts";
import { isMarked, type RolloutMarks } from "../workload/RolloutMarks.ts";
import { isInFlight, isLate, type RollbackReason, type RolloutState } from "../workload/RolloutState.ts";
import { workloadName } from "../workload/WorkloadRef.ts";
import type { WorkloadView } from "../workload/WorkloadView.ts";
import { canaryStaging, isFirstOfDaemonSet, originalStaging, orphanStaging, widerStaging } from "./canaryStaging.ts";
import { judgeCanary } from "./judgeCanary.ts";
import type { IssuedRevision, RolloutGoal } from "./RolloutGoal.ts";
import type { RolloutStep } from "./RolloutStep.ts";

/** The input of {@link nextRolloutStep}. */
export interface RolloutObservation {
  /** Undefined for an orphaned rollout: the Certificate was deleted, or no longer names the workload. */
  readonly goal: RolloutGoal | undefined;
  readonly workload: WorkloadView;
  /** The workload's Pods, probed. Empty in a phase that does not depend on them. */
  readonly pods: readonly PodView[];
  /** In milliseconds since 1970. */
  readonly now: number;
}

interface Rollback {
  readonly reason: RollbackReason;
  readonly message: string;
}

/**
 * Chooses the next step of a rollout from the goal, the workload and its Pods only. Each step leaves enough in the cluster
 * to choose the next one, so a controller may be killed between any two. The first row that applies:
 *
 * | phase | condition | step | next phase |
 * |---|---|---|---|
 * | none, done, rolled-back | the in-progress label is set (`kubectl rollout undo` wrote an old state back) | restore | |
 * | | no goal, or the goal is served | in-step | |
 * | | the goal was rolled back | stuck | |
 * | | no rollout may begin | wait | |
 * | | the workload cannot be rolled | stuck | |
 * | | otherwise | begin | canary, rolling |
 * | canary, rolling | another client changed the marks on the template | settle | rolled-back |
 * | canary, rolling, rolling-back | the same Certificate has a new goal that may begin | begin | canary, rolling |
 * | | a StatefulSet's Pod of an unwanted template is not ready | delete-pod | |
 * | canary | the goal belongs to another Certificate, or there is none | roll-back | rolling-back |
 * | | the workload was scaled | restage | canary |
 * | | enough canary Pods serve the certificate | promote | rolling |
 * | | a canary Pod serves something else | roll-back | rolling-back |
 * | | a DaemonSet has too few canary Pods | delete-pod | |
 * | rolling | all Pods are replaced | finish | done |
 * | | the goal belongs to another Certificate, or there is none | roll-back | rolling-back |
 * | | the Deployment's progress deadline is exceeded | roll-back | rolling-back |
 * | canary, rolling | the timeout is exceeded | roll-back | rolling-back |
 * | rolling-back | all Pods are replaced | settle | rolled-back |
 * | canary, rolling, rolling-back | otherwise | wait | |
 */
export function nextRolloutStep(observation: RolloutObservation): RolloutStep {
  const { goal, workload } = observation;
  const { state } = workload;
  if (!isInFlight(state)) {
    if (workload.isLabelled) return restoreStep(workload);
    if (goal === undefined) return { kind: "in-step" };
    if (isHandled(goal, state)) return restingStep(state);
    if (!goal.mayBegin || goal.issued === undefined)
      return { kind: "wait", message: `the Certificate ${goal.certificate} is not ready` };
    return beginStep(observation, goal, goal.issued);
  }
  if (state.phase !== "rolling-back" && !isMarked(workload.marks, marksOfState(state)))
    return keepChangeStep(observation, state);
  if (goal?.mayBegin && goal.issued !== undefined && goal.certificate === state.certificate && !isHandled(goal, state))
    return beginStep(observation, goal, goal.issued);
  const blocking = blockingPod(observation, state);
  if (blocking !== undefined && !workload.isSettled)
    return { kind: "delete-pod", pod: blocking, reason: "it is of an unwanted template and blocks the other Pods" };
  switch (state.phase) {
    case "canary":
      return canaryStep(observation, state);
    case "rolling":
      return rollingStep(observation, state);
    default:
      return rollingBackStep(observation, state);
  }
}

/** The marks that a rollout wrote on the template. */
function marksOfState({ revision, serial, request }: RolloutState): RolloutMarks {
  return { revision: String(revision), serial, request };
}

/** Whether the state is of a rollout to this goal. */
function isHandled(
  { certificate, issued, settings }: RolloutGoal,
  state: RolloutState | undefined,
): state is RolloutState {
  return (
    state !== undefined &&
    issued !== undefined &&
    state.certificate === certificate &&
    state.revision === issued.revision &&
    state.serial === issued.serial &&
    // The removal of a request is not a new request.
    (settings.request === undefined || settings.request === state.request)
  );
}

function restingStep({ phase, reason, message }: RolloutState): RolloutStep {
  if (phase === "done") return { kind: "in-step" };
  return { kind: "stuck", reason: reason ?? "TakenBack", message: message ?? "the rollout was rolled back" };
}

function beginStep({ workload, now }: RolloutObservation, goal: RolloutGoal, issued: IssuedRevision): RolloutStep {
  const { state: last, ref } = workload;
  const { settings, certificate } = goal;
  const isCanary = settings.policy === "canary" && workload.pods > 0 && !isFirstOfDaemonSet(workload);
  const fault = workload.fault ?? (isCanary ? workload.canaryFault : undefined);
  // During a canary a DaemonSet's strategy is OnDelete because the canary set it.
  if (fault !== undefined && !(isInFlight(last) && last.phase === "canary"))
    return { kind: "stuck", reason: "CannotRoll", message: `${workloadName(ref)} cannot be rolled: ${fault}` };
  const inFlight = isInFlight(last) ? last : undefined;
  const original = inFlight?.before.staging ?? workload.staging;
  const staged = isCanary ? canaryStaging(original, podsOf(settings.canary, workload.pods), workload.pods) : undefined;
  const state: RolloutState = {
    certificate,
    revision: issued.revision,
    serial: issued.serial,
    request: settings.request ?? null,
    phase: isCanary ? "canary" : "rolling",
    policy: isCanary ? "canary" : "rolling",
    started: now,
    since: now,
    timeoutMs: settings.timeoutMs,
    before: { marks: inFlight?.before.marks ?? workload.marks, staging: original },
    superseded: inFlight === undefined ? null : marksOfState(inFlight),
    canary: staged ?? null,
    reason: null,
    message: null,
  };
  const staging = staged ?? (inFlight?.canary ? original : undefined);
  return { kind: "begin", workload, marks: marksOfState(state), staging, state };
}

function canaryStep(observation: RolloutObservation, state: RolloutState): RolloutStep {
  const { goal, workload, pods, now } = observation;
  if (goal?.certificate !== state.certificate) return abandonStep(observation, state);
  const wider = widerStaging(workload, state, goal.settings.canary);
  if (wider !== undefined)
    return { kind: "restage", workload, marks: undefined, staging: wider, state: { ...state, canary: wider } };
  const outcome = judgeCanary(workload, state, pods, { settings: goal.settings, now });
  switch (outcome.kind) {
    case "passed":
      return {
        kind: "promote",
        workload,
        marks: undefined,
        staging: originalStaging(workload, state),
        state: { ...state, phase: "rolling", since: now, canary: null },
      };
    case "failed":
      return rollBackStep(observation, state, { reason: "ProbeFailed", message: outcome.message });
    case "delete-pod":
      return isLate(state, now)
        ? timeOutStep(observation, state, `Pod ${outcome.pod.name} was not replaced by a canary Pod`)
        : { kind: "delete-pod", pod: outcome.pod, reason: "a canary Pod replaces it" };
    case "wait":
      return isLate(state, now)
        ? timeOutStep(observation, state, outcome.message)
        : { kind: "wait", message: outcome.message };
  }
}

function rollingStep(observation: RolloutObservation, state: RolloutState): RolloutStep {
  const { goal, workload, now } = observation;
  if (workload.isSettled) {
    const done: RolloutState = { ...state, phase: "done", since: now };
    return { kind: "finish", workload, marks: undefined, staging: undefined, state: done };
  }
  if (goal?.certificate !== state.certificate) return abandonStep(observation, state);
  const unfinished = `${workloadName(workload.ref)} is not rolled out`;
  if (workload.isOverdue)
    return rollBackStep(observation, state, {
      reason: "ProgressDeadlineExceeded",
      message: `${unfinished} within its progressDeadlineSeconds`,
    });
  if (isLate(state, now)) return timeOutStep(observation, state, unfinished);
  return { kind: "wait", message: `${unfinished} yet` };
}

function rollingBackStep({ workload, now }: RolloutObservation, state: RolloutState): RolloutStep {
  if (workload.isSettled) {
    const settled: RolloutState = { ...state, phase: "rolled-back", since: now };
    return { kind: "settle", workload, marks: undefined, staging: undefined, state: settled };
  }
  return { kind: "wait", message: `${workloadName(workload.ref)} is rolled back: ${state.message ?? ""}` };
}

/**
 * The Pod that blocks a StatefulSet: the controller waits for a Pod that is not ready before it replaces any Pod, even when
 * that Pod can never become ready (kubernetes/kubernetes#67250).
 */
function blockingPod({ workload, pods }: RolloutObservation, { phase, superseded }: RolloutState): PodView | undefined {
  if (workload.ref.kind !== "StatefulSet") return undefined;
  const isUnwanted = ({ marks }: PodView): boolean =>
    phase === "rolling-back"
      ? !isMarked(marks, workload.marks)
      : superseded !== null && isMarked(marks, superseded) && !isMarked(marks, workload.marks);
  const { staging } = workload;
  // The controller never replaces the Pods below the user's partition.
  const first = staging.kind === "StatefulSet" ? (staging.partition ?? 0) : 0;
  return pods.find(
    (pod) => !pod.isReady && !pod.isTerminating && isUnwanted(pod) && Number(/\d+$/.exec(pod.name)?.[0]) >= first,
  );
}

function rollBackStep({ workload, now }: RolloutObservation, state: RolloutState, rollback: Rollback): RolloutStep {
  const { reason, message } = rollback;
  return {
    kind: "roll-back",
    workload,
    marks: state.before.marks,
    staging: originalStaging(workload, state),
    state: { ...state, phase: "rolling-back", since: now, canary: null, reason, message: message.slice(0, 1000) },
  };
}

function timeOutStep(observation: RolloutObservation, state: RolloutState, unfinished: string): RolloutStep {
  const message = `${unfinished} after ${Math.round(state.timeoutMs / 1000)} s`;
  return rollBackStep(observation, state, { reason: "TimedOut", message });
}

function abandonStep(observation: RolloutObservation, state: RolloutState): RolloutStep {
  const name = workloadName(observation.workload.ref);
  const message = `the Certificate ${state.certificate} no longer rolls ${name}`;
  return rollBackStep(observation, state, { reason: "Abandoned", message });
}

/** Ends a rollout whose marks another client changed. That change stays; only the canary's staging is restored. */
function keepChangeStep({ workload, now }: RolloutObservation, state: RolloutState): RolloutStep {
  const message = `another client changed the certificate's marks on the template of ${workloadName(workload.ref)} during its rollout`;
  return {
    kind: "settle",
    workload,
    marks: undefined,
    staging: originalStaging(workload, state),
    state: { ...state, phase: "rolled-back", since: now, canary: null, reason: "TakenBack", message },
  };
}

function restoreStep(workload: WorkloadView): RolloutStep {
  return { kind: "restore", workload, marks: undefined, staging: orphanStaging(workload), state: undefined };
}
