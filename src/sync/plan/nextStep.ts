import { conversionCanaryName } from "../../registration/selftest/conversionCanary.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { canaryFor, purposeOf, type SyncTarget, targetName } from "../target/SyncTarget.ts";
import { isUnconfirmed } from "../target/TargetState.ts";
import { viewOf } from "../target/TargetView.ts";
import { lastTest } from "./askCanary.ts";
import { confirmTarget } from "./confirmTarget.ts";
import { breakGlass, glassFindings, mendGlass } from "./failOpen.ts";
import { findingsOf } from "./findingsOf.ts";
import type { Observation } from "./Observation.ts";
import { rewriteTarget } from "./rewriteTarget.ts";
import { type Finding, isLast, type Step } from "./Step.ts";
import { soakTarget } from "./soakTarget.ts";
import type { TargetStep } from "./TargetStep.ts";

/**
 * What is to be done next, from nothing but what was observed: so a run can be killed anywhere, and the next one goes on.
 * What was let be ignored is judged again before all else, and nothing is let be ignored where there is another step.
 * What was written and not confirmed comes first, one target after the other, and the canary last. Takes the targets in
 * the order of their names.
 */
export function nextStep(observation: Observation, goal: SyncGoal): Step {
  const step = freeStep(observation, goal);
  const { hold } = goal;
  if (hold === undefined || !isLast(step)) return step;
  // The run ends: that it did not know what comes next is said with whatever else there is.
  return { kind: "report", findings: distinct([...findingsOf(step), hold]) };
}

function freeStep(observation: Observation, goal: SyncGoal): Step {
  const mended = mendGlass(observation, goal);
  if (mended !== undefined) return mended;
  const step = stepTowards(observation, goal);
  if (!isLast(step)) return step;
  // Only where nothing better can be done.
  const broken = step.kind === "refuse" || step.kind === "report" ? breakGlass(observation, goal) : undefined;
  if (broken !== undefined) return broken;
  const findings = glassFindings(observation);
  if (findings.length === 0) return step;
  return { kind: "report", findings: [...findingsOf(step), ...findings] };
}

function stepTowards(observation: Observation, goal: SyncGoal): Step {
  const targets = observation.targets
    .filter(({ isCanary }) => !isCanary)
    .toSorted((left, right) => (targetName(left) < targetName(right) ? -1 : 1));
  const canary = canaryFor(observation.targets, "webhooks");
  if (targets.length === 0) return refuse("no-targets", `no registration of the gate ${goal.gate} was handed over`);
  if (canary === undefined)
    return refuse("no-canary", `${goal.gate}.canary was not handed over: there is nothing to try a bundle on`);
  if (canary.obstacle !== undefined) return refuse("no-canary", `${goal.gate}.canary ${canary.obstacle}`);
  const steps: TargetStep[] = [];
  const begun = targets.filter(({ state }) => isUnconfirmed(state));
  const others = targets.filter(({ state }) => !isUnconfirmed(state));
  for (const target of [...begun, ...others]) {
    const step = leave(target, observation, goal) ?? stepFor(target, observation, goal);
    if (!("kind" in step) || step.kind === "soak") steps.push(step);
    else return step;
  }
  const findings = steps.flatMap((step) => ("findings" in step ? step.findings : []));
  if (findings.length > 0) return { kind: "report", findings: distinct(findings) };
  const notes = [...new Set(steps.flatMap((step) => ("notes" in step ? step.notes : [])))];
  for (const one of observation.targets.filter(({ isCanary }) => isCanary)) {
    const behind = canaryBehind(one, targets, observation, goal);
    if (behind !== undefined) return behind;
  }
  const until = steps.flatMap((step) => ("until" in step ? [step.until] : []));
  return until.length > 0 ? { kind: "soak", until: Math.min(...until), notes } : { kind: "nothing-to-do", notes };
}

function stepFor(target: SyncTarget, observation: Observation, goal: SyncGoal): TargetStep {
  const confirmation = confirmTarget(target, observation, goal);
  if (confirmation === undefined)
    return rewriteTarget(target, observation, goal) ?? soakTarget(target, observation, goal);
  if (!("isStuck" in confirmation)) return confirmation;
  // What was written does not carry, nor what was there before: there is still what is asked for by now.
  const forward = rewriteTarget(target, observation, goal);
  return forward !== undefined && "kind" in forward ? forward : confirmation;
}

/** What keeps a target from being touched. */
function leave(
  target: SyncTarget,
  { left, targets }: Observation,
  goal: SyncGoal,
): { findings: Finding[] } | undefined {
  const about = targetName(target);
  const changed = left.get(about);
  if (changed !== undefined) return { findings: [{ code: "changed-in-between", about, message: changed }] };
  if (target.obstacle !== undefined) return { findings: [{ code: "obstacle", about, message: target.obstacle }] };
  if (viewOf(target, goal).bases !== undefined) return withoutCanary(target, targets, goal);
  const message = `has a URL that is not the gate's for the cluster ${goal.cluster}`;
  return { findings: [{ code: "not-the-gates", about, message }] };
}

/** A bundle that cannot be tried first is not written. The canary for webhooks is there, or nothing is done at all. */
function withoutCanary(
  target: SyncTarget,
  targets: readonly SyncTarget[],
  { gate }: SyncGoal,
): { findings: Finding[] } | undefined {
  const canary = canaryFor(targets, purposeOf(target));
  if (canary !== undefined && canary.obstacle === undefined) return undefined;
  const why = canary === undefined ? "was not handed over: there is nothing to try its bundle on" : canary.obstacle;
  const message = `is left as it is: ${conversionCanaryName(gate)} ${why}`;
  return { findings: [{ code: "no-canary", about: targetName(target), message }] };
}

/** A canary follows the others, so that what it says is about what is in force. */
function canaryBehind(
  canary: SyncTarget,
  targets: readonly SyncTarget[],
  observation: Observation,
  goal: SyncGoal,
): Step | undefined {
  const purpose = purposeOf(canary);
  const first = targets.find((target) => purposeOf(target) === purpose) ?? targets[0];
  if (first === undefined || canary.obstacle !== undefined) return undefined;
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
  return { kind: "try-canary", purpose, roots, base, reason: "the canary is to have what the others have" };
}

function refuse(code: Finding["code"], message: string): Step {
  return { kind: "refuse", finding: { code, about: "", message } };
}

function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
