import { trustHash } from "../../trust/bundle.ts";
import type { Finding } from "../Finding.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import type { Hook } from "../target/Hook.ts";
import { canaryFor, purposeOf, type SyncTarget, targetName } from "../target/SyncTarget.ts";
import { type TargetState, withoutUndefined } from "../target/TargetState.ts";
import { type TargetView, viewOf } from "../target/TargetView.ts";
import { checkEndpoint, endpointAt } from "./checkEndpoint.ts";
import type { CanaryTest, Observation } from "./Observation.ts";
import type { Step } from "./Step.ts";

/** The bundle and base URL in force, when a target has exactly one of each. */
type InForce = Pick<TargetView, "roots"> & { readonly base: string };

/**
 * Plans the way back from fail open to fail closed, once an API server reaches the gate with the values in force. The
 * result of this run's own probe does not matter, nor whether break-glass is still enabled. Undefined when there is
 * nothing to restore now.
 */
export function restoreFailClosed(observation: Observation, goal: SyncGoal): Step | undefined {
  for (const target of writableTargets(observation)) {
    const { failingOpen } = target.state;
    const inForce = inForceOf(target, goal);
    if (failingOpen === undefined || inForce === undefined) continue;
    const test = testsOf(inForce, observation).at(-1);
    const reason = `${targetName(target)} fails open: test whether the gate can be called again`;
    if (test === undefined) return { kind: "try-canary", purpose: "webhooks", ...inForce, decides: "restore", reason };
    if (test.result !== "passed" && test.isReached !== true) continue;
    const hooks = target.hooks.map(
      (hook): Hook =>
        hook.mayFailOpen === true && hook.failurePolicy === "Ignore" && failingOpen.webhooks.includes(hook.name)
          ? { ...hook, failurePolicy: "Fail" }
          : hook,
    );
    const state: TargetState = withoutUndefined({ ...target.state, failingOpen: undefined });
    return { kind: "restore", write: { target, hooks, state }, reason: "the gate can be called again" };
  }
  return undefined;
}

/**
 * Plans the emergency switch: marked webhooks fail open (failurePolicy Fail to Ignore). Two conditions must hold. This run
 * cannot use the endpoint in force, and every API server reported for `breakGlassAfterMs` that it cannot call it. A 429, an
 * error answer, a wrong signature or an API server that was not reached does not count. Otherwise undefined.
 */
export function breakGlass(observation: Observation, goal: SyncGoal): Step | undefined {
  const { breakGlassAfterMs } = goal;
  if (breakGlassAfterMs === undefined) return undefined;
  for (const target of writableTargets(observation)) {
    const marked = target.hooks.filter(canFailOpen);
    const inForce = inForceOf(target, goal);
    if (target.state.failingOpen !== undefined || marked.length === 0 || inForce === undefined) continue;
    const { base, roots } = inForce;
    const { finding } = checkEndpoint(endpointAt(observation, base), roots, observation.now);
    if (finding === undefined) continue;
    const tests = testsOf(inForce, observation);
    const test = tests.findLast(({ cutOffLimitMs }) => cutOffLimitMs !== undefined);
    if (test === undefined) {
      const reason = `${targetName(target)}: this run cannot use the endpoint; test whether the API server can`;
      return { kind: "try-canary", purpose: "webhooks", ...inForce, decides: "break-glass", reason };
    }
    if (tests.at(-1)?.result !== "failed" || (test.cutOffForMs ?? 0) < breakGlassAfterMs) continue;
    const hooks = target.hooks.map((hook): Hook => (canFailOpen(hook) ? { ...hook, failurePolicy: "Ignore" } : hook));
    const webhooks = marked.map(({ name }) => name);
    const state = { ...target.state, failingOpen: { since: observation.now, webhooks } };
    const reason = `${webhooks.join(", ")} fail open until the gate can be called again: ${finding.message}; ${test.message}`;
    return { kind: "break-glass", write: { target, hooks, state }, reason };
  }
  return undefined;
}

/** The findings that every run reports while webhooks fail open. */
export function failOpenFindings({ targets }: Observation): Finding[] {
  return targets.flatMap((target): Finding[] => {
    const { failingOpen } = target.state;
    if (failingOpen === undefined) return ignoredByOthers(target);
    const since = new Date(failingOpen.since).toISOString();
    const ignored = target.hooks.filter(
      ({ name, failurePolicy }) => failurePolicy === "Ignore" && failingOpen.webhooks.includes(name),
    );
    const message =
      ignored.length === 0
        ? `another writer restored the webhooks that fail open since ${since}: the sync does not change them`
        : `fails open since ${since}: requests are admitted without a review while the gate cannot be called; failurePolicy of ${ignored.map(({ name }) => name).join(", ")} is Ignore`;
    return [{ code: "failing-open", about: targetName(target), message }];
  });
}

/** Reports marked webhooks that another writer set to Ignore. `render` writes Fail; the sync does not change them back. */
function ignoredByOthers(target: SyncTarget): Finding[] {
  const ignored = target.hooks.filter(
    ({ mayFailOpen, failurePolicy }) => mayFailOpen === true && failurePolicy === "Ignore",
  );
  if (ignored.length === 0) return [];
  const message = `failurePolicy of ${ignored.map(({ name }) => name).join(", ")} is Ignore, and the sync did not set it: the sync does not change it`;
  return [{ code: "failing-open", about: targetName(target), message }];
}

/** Webhook registrations that the sync may write. Empty without a usable canary. */
function writableTargets({ targets, conflicts }: Observation): readonly SyncTarget[] {
  const canary = canaryFor(targets, "webhooks");
  if (canary === undefined || canary.fault !== undefined) return [];
  return targets.filter(
    (target) =>
      !target.isCanary &&
      purposeOf(target) === "webhooks" &&
      target.fault === undefined &&
      !conflicts.has(targetName(target)),
  );
}

function canFailOpen({ mayFailOpen, failurePolicy }: Hook): boolean {
  return mayFailOpen === true && failurePolicy === "Fail";
}

function inForceOf(target: SyncTarget, goal: SyncGoal): InForce | undefined {
  const { roots, hash, bases = [] } = viewOf(target, goal);
  const [base] = bases;
  return hash === undefined || base === undefined || bases.length !== 1 ? undefined : { roots, base };
}

/** This run's tests of the values in force, oldest first. */
function testsOf({ roots, base }: InForce, { canaryTest, reachabilityTests = [] }: Observation): readonly CanaryTest[] {
  const hash = trustHash(roots);
  return [...(canaryTest === undefined ? [] : [canaryTest]), ...reachabilityTests]
    .filter((test) => test.bundleHash === hash && test.base === base)
    .toSorted((first, second) => first.at - second.at);
}
