import { conversionCanaryName } from "../../registration/selftest/selfTestNames.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Finding } from "../Finding.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { canaryFor, purposeOf, type SyncTarget, targetName } from "../target/SyncTarget.ts";
import { isUnconfirmed } from "../target/TargetState.ts";
import { viewOf } from "../target/TargetView.ts";
import { lastTest } from "./askCanary.ts";
import { breakGlass, failOpenFindings, restoreFailClosed } from "./breakGlass.ts";
import { confirmTarget } from "./confirmTarget.ts";
import { replaceForeignState } from "./foreignWrites.ts";
import type { Observation } from "./Observation.ts";
import { removeUnasked } from "./removeUnasked.ts";
import { renewCapability } from "./renewCapability.ts";
import { rewriteTarget } from "./rewriteTarget.ts";
import { findingsOf, isLast, type Step, type TargetStep } from "./Step.ts";
import { soakTarget } from "./soakTarget.ts";

/**
 * Plans the next step from the observation and the goal only. A run can therefore be killed at any point, and the next run
 * continues. The first row whose condition holds decides. Targets are visited one after the other: unconfirmed writes
 * first, then by name.
 *
 * | condition, in order of precedence | step | reason |
 * |---|---|---|
 * | a target fails open, reachability not tested in this run | try-canary | a reachable gate must decide again first |
 * | a target fails open, an API server reaches the gate | restore | fail closed is the configured state |
 * | a target's annotations have values that the sync does not write | remember | no plan follows from them |
 * | the capability is due, refused or missing, and not asked for in this run | renew-capability | it becomes the goal's |
 * | no target, or no canary for webhooks | refuse | nothing can be tried before it is written |
 * | target: changed by others, has a fault, foreign URL or no canary | finding | the sync must not write it |
 * | target: unconfirmed write, not tested since | try-canary | only the API server shows that it accepts a bundle |
 * | target: unconfirmed write, test result unknown | finding | an unknown result decides nothing |
 * | target: unconfirmed write, test passed | confirm | the snapshot is not needed any more |
 * | target: unconfirmed write, test or endpoint failed, snapshot verifies | rollback | the snapshot is accepted |
 * | target: unconfirmed write, test or endpoint failed, snapshot fails | next row, else finding | only the goal can help |
 * | target: the endpoint would fail with the planned bundle, or a fight | finding | the write would break calls |
 * | target: roots missing, or URL differs; not tested | try-canary | untested values are not written |
 * | target: roots missing | widen | adding roots breaks nothing |
 * | target: URL differs, roots present (or old endpoint fails) | switch-url | the new endpoint is already trusted |
 * | target: a root that nobody asked for, goal frozen, or webhooks at several base URLs | finding | it may be announced |
 * | target: a root that nobody asked for, not remembered yet | remember | its soak does not depend on its use |
 * | target: a root that nobody asked for, after the soak; tested | narrow | a pin is a pin |
 * | target: roots unwanted, an address silent or clocks apart | finding | the use of roots cannot be measured |
 * | target: unwanted root's use changed | remember | the soak is measured across runs |
 * | target: unwanted root unused for the soak; tested | narrow | every address was seen without it |
 * | any finding so far, break-glass enabled and cut off | try-canary, then break-glass | no better step exists |
 * | any finding so far | report | the run cannot continue |
 * | a canary differs from the targets | try-canary | the canary must test the values in force |
 * | an unwanted root is within its soak | soak | the run ends and a later run removes it |
 * | otherwise | nothing-to-do | everything is in step |
 *
 * A finding does not stop the other targets. Targets that fail open, a frozen goal (see `SyncGoal.frozen`), and what others
 * wrote (see `Observation.seen`) turn the last step into a report with their findings.
 */
export function nextStep(observation: Observation, goal: SyncGoal): Step {
  const step = stepOrBreakGlass(observation, goal);
  if (!isLast(step)) return step;
  const planned = findingsOf(step);
  const { seen = [] } = observation;
  const more = seen.filter((it) => !planned.some(({ code, about }) => code === it.code && about === it.about));
  const { frozen } = goal;
  if (frozen === undefined && more.length === 0) return step;
  return { kind: "report", findings: distinct([...planned, ...more, ...(frozen === undefined ? [] : [frozen])]) };
}

function stepOrBreakGlass(observation: Observation, goal: SyncGoal): Step {
  const first =
    restoreFailClosed(observation, goal) ?? replaceForeignState(observation) ?? renewCapability(observation, goal);
  if (first !== undefined) return first;
  const step = stepToGoal(observation, goal);
  if (!isLast(step)) return step;
  const emergency = step.kind === "refuse" || step.kind === "report" ? breakGlass(observation, goal) : undefined;
  if (emergency !== undefined) return emergency;
  const findings = failOpenFindings(observation);
  if (findings.length === 0) return step;
  return { kind: "report", findings: [...findingsOf(step), ...findings] };
}

function stepToGoal(observation: Observation, goal: SyncGoal): Step {
  const targets = observation.targets
    .filter(({ isCanary }) => !isCanary)
    .toSorted((first, second) => (targetName(first) < targetName(second) ? -1 : 1));
  const canary = canaryFor(observation.targets, "webhooks");
  if (targets.length === 0)
    return refuse("no-targets", `no registration of the gate ${goal.gate} is handed to the sync`);
  if (canary === undefined)
    return refuse("no-canary", `${goal.gate}.canary is not handed to the sync: no bundle can be tried`);
  if (canary.fault !== undefined) return refuse("no-canary", `${goal.gate}.canary ${canary.fault}`);
  const steps: TargetStep[] = [];
  const unconfirmed = targets.filter(({ state }) => isUnconfirmed(state));
  const others = targets.filter(({ state }) => !isUnconfirmed(state));
  for (const target of [...unconfirmed, ...others]) {
    const step = blockedReason(target, observation, goal) ?? stepFor(target, observation, goal);
    if (!("kind" in step) || step.kind === "soak") steps.push(step);
    else return step;
  }
  const findings = steps.flatMap((step) => ("findings" in step ? step.findings : []));
  if (findings.length > 0) return { kind: "report", findings: distinct(findings) };
  const notes = [...new Set(steps.flatMap((step) => ("notes" in step ? step.notes : [])))];
  for (const each of observation.targets.filter(({ isCanary }) => isCanary)) {
    const update = updateCanary(each, targets, observation, goal);
    if (update !== undefined) return update;
  }
  const until = steps.flatMap((step) => ("until" in step ? [step.until] : []));
  return until.length > 0 ? { kind: "soak", until: Math.min(...until), notes } : { kind: "nothing-to-do", notes };
}

function stepFor(target: SyncTarget, observation: Observation, goal: SyncGoal): TargetStep {
  const confirmation = confirmTarget(target, observation, goal);
  if (confirmation === undefined) {
    const rewrite = rewriteTarget(target, observation, goal);
    return rewrite === undefined
      ? soakTarget(target, observation, goal)
      : orRemoval(rewrite, target, observation, goal);
  }
  if (!("isStuck" in confirmation)) return orRemoval(confirmation, target, observation, goal);
  // Neither the write nor its snapshot is accepted, but the goal may have changed since.
  const forward = rewriteTarget(target, observation, goal);
  const isStep = forward !== undefined && "kind" in forward;
  return orRemoval(isStep ? forward : confirmation, target, observation, goal);
}

/** A fault of the endpoint keeps no root that nobody asked for: whoever put it there may cause the fault. */
function orRemoval(step: TargetStep, target: SyncTarget, observation: Observation, goal: SyncGoal): TargetStep {
  if (!("findings" in step)) return step;
  const removal = removeUnasked(target, observation, goal);
  return "kind" in removal ? removal : { findings: [...step.findings, ...removal.findings] };
}

/** Returns why the sync must not write a target. */
function blockedReason(
  target: SyncTarget,
  { conflicts, targets }: Observation,
  goal: SyncGoal,
): { findings: Finding[] } | undefined {
  const about = targetName(target);
  const conflict = conflicts.get(about);
  if (conflict !== undefined) return { findings: [{ code: "changed-in-between", about, message: conflict }] };
  if (target.fault !== undefined) return { findings: [{ code: "target-fault", about, message: target.fault }] };
  if (viewOf(target, goal).bases !== undefined) return withoutCanary(target, targets, goal);
  const message = `has a URL that is not the gate's for the cluster ${goal.cluster}`;
  return { findings: [{ code: "not-the-gates", about, message }] };
}

/** Blocks targets without a usable canary. Only conversions get here: without a canary for webhooks the run is refused. */
function withoutCanary(
  target: SyncTarget,
  targets: readonly SyncTarget[],
  { gate }: SyncGoal,
): { findings: Finding[] } | undefined {
  const canary = canaryFor(targets, purposeOf(target));
  if (canary !== undefined && canary.fault === undefined) return undefined;
  const fault = canary === undefined ? "is not handed to the sync: its bundle cannot be tried" : canary.fault;
  const message = `is not written: ${conversionCanaryName(gate)} ${fault}`;
  return { findings: [{ code: "no-canary", about: targetName(target), message }] };
}

/** Brings a canary to the values of the targets, so that its self-tests describe the values in force. */
function updateCanary(
  canary: SyncTarget,
  targets: readonly SyncTarget[],
  observation: Observation,
  goal: SyncGoal,
): Step | undefined {
  const purpose = purposeOf(canary);
  const first = targets.find((target) => purposeOf(target) === purpose) ?? targets[0];
  if (first === undefined || canary.fault !== undefined) return undefined;
  const [wanted, live] = [viewOf(first, goal), viewOf(canary, goal)];
  const base = wanted.bases?.[0];
  if (base === undefined || wanted.hash === undefined) return undefined;
  if (live.hash === wanted.hash && live.bases?.length === 1 && live.bases[0] === base) return undefined;
  const canaryTest = lastTest(observation, purpose);
  if (canaryTest?.bundleHash === wanted.hash && canaryTest.base === base && canaryTest.result !== "passed") {
    const code = canaryTest.result === "failed" ? "canary-failed" : "canary-unknown";
    return { kind: "report", findings: [{ code, about: targetName(canary), message: canaryTest.message }] };
  }
  const roots: readonly Certificate[] = readableCertificates(first.hooks[0]?.bundle ?? "");
  return { kind: "try-canary", purpose, roots, base, reason: "the canary differs from the other registrations" };
}

function refuse(code: Finding["code"], message: string): Step {
  return { kind: "refuse", finding: { code, about: "", message } };
}

function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
