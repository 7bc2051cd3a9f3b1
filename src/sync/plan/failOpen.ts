import { trustHash } from "../../trust/bundle.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import type { Hook } from "../target/Hook.ts";
import { canaryFor, purposeOf, type SyncTarget, targetName } from "../target/SyncTarget.ts";
import { type TargetState, withoutUndefined } from "../target/TargetState.ts";
import { type TargetView, viewOf } from "../target/TargetView.ts";
import { checkEndpoint, endpointAt } from "./checkEndpoint.ts";
import type { CanaryTest, Observation } from "./Observation.ts";
import type { Finding, Step } from "./Step.ts";

/** What a target has in force, where that is one bundle and one base. */
type InForce = Pick<TargetView, "roots"> & { readonly base: string };

/**
 * The step that has a gate judged again that was let be ignored, once an API server reaches it by what is in force.
 * Whether this run's own probe reaches it does not matter. Undefined where there is nothing to mend now.
 */
export function mendGlass(observation: Observation, goal: SyncGoal): Step | undefined {
  for (const target of touchable(observation)) {
    const { brokenGlass } = target.state;
    const inForce = inForceOf(target, goal);
    if (brokenGlass === undefined || inForce === undefined) continue;
    const test = testsOf(inForce, observation).at(-1);
    const reason = `${targetName(target)} is ignored where the gate cannot be called; can it be called again`;
    if (test === undefined) return { kind: "try-canary", purpose: "webhooks", ...inForce, glass: "mend", reason };
    if (test.result !== "passed" && test.isReached !== true) continue;
    const hooks = target.hooks.map(
      (hook): Hook =>
        hook.mayIgnore === true && hook.failurePolicy === "Ignore" && brokenGlass.webhooks.includes(hook.name)
          ? { ...hook, failurePolicy: "Fail" }
          : hook,
    );
    const state: TargetState = withoutUndefined({ ...target.state, brokenGlass: undefined });
    return {
      kind: "mend-glass",
      write: { target, hooks, state },
      reason: "the gate can be called by what is in force",
    };
  }
  return undefined;
}

/**
 * The step that lets marked webhooks be ignored (failurePolicy Fail to Ignore): only where the endpoint of what is in force
 * cannot be used as this run sees it, and every API server has said for long enough that it cannot call it either. A 429, a
 * refusal, a wrong signature, or an API server that was not reached, is none of that. Undefined in all other cases.
 */
export function breakGlass(observation: Observation, goal: SyncGoal): Step | undefined {
  const { breakGlassAfter } = goal;
  if (breakGlassAfter === undefined) return undefined;
  for (const target of touchable(observation)) {
    const marked = target.hooks.filter(mayBeIgnored);
    const inForce = inForceOf(target, goal);
    if (target.state.brokenGlass !== undefined || marked.length === 0 || inForce === undefined) continue;
    const { base, roots } = inForce;
    const { finding } = checkEndpoint(endpointAt(observation, base), roots, observation.now);
    if (finding === undefined) continue;
    const tests = testsOf(inForce, observation);
    const test = tests.findLast(({ patience }) => patience !== undefined);
    const reason = `${targetName(target)}: the endpoint cannot be used from here; can the API server`;
    if (test === undefined) return { kind: "try-canary", purpose: "webhooks", ...inForce, glass: "break", reason };
    if (tests.at(-1)?.result !== "failed" || (test.cutOffFor ?? 0) < breakGlassAfter) continue;
    const hooks = target.hooks.map((hook): Hook => (mayBeIgnored(hook) ? { ...hook, failurePolicy: "Ignore" } : hook));
    const webhooks = marked.map(({ name }) => name);
    const state = { ...target.state, brokenGlass: { since: observation.now, webhooks } };
    const why = `${webhooks.join(", ")}: ignored until the gate can be called again: ${finding.message}; ${test.message}`;
    return { kind: "break-glass", write: { target, hooks, state }, reason: why };
  }
  return undefined;
}

/** What is to be said for as long as something is ignored. */
export function glassFindings({ targets }: Observation): Finding[] {
  return targets.flatMap((target): Finding[] => {
    const { brokenGlass } = target.state;
    if (brokenGlass === undefined) return ignoredByOthers(target);
    const since = new Date(brokenGlass.since).toISOString();
    const ignored = target.hooks.filter(
      ({ name, failurePolicy }) => failurePolicy === "Ignore" && brokenGlass.webhooks.includes(name),
    );
    const message =
      ignored.length === 0
        ? `somebody took back what was let be ignored since ${since}: it stays as it is`
        : `since ${since} requests are let through unjudged where the gate cannot be called: failurePolicy of ${ignored.map(({ name }) => name).join(", ")} is Ignore`;
    return [{ code: "glass-broken", about: targetName(target), message }];
  });
}

/** A marked webhook was rendered with Fail; who has Ignore there, the sync does not know, and does not take it back. */
function ignoredByOthers(target: SyncTarget): Finding[] {
  const ignored = target.hooks.filter(
    ({ mayIgnore, failurePolicy }) => mayIgnore === true && failurePolicy === "Ignore",
  );
  if (ignored.length === 0) return [];
  const message = `failurePolicy of ${ignored.map(({ name }) => name).join(", ")} is Ignore, and nothing says that the sync did that: it stays as it is`;
  return [{ code: "glass-broken", about: targetName(target), message }];
}

/** Registrations of webhooks that the sync may write; none without a canary to ask by. */
function touchable({ targets, left }: Observation): readonly SyncTarget[] {
  const canary = canaryFor(targets, "webhooks");
  if (canary === undefined || canary.obstacle !== undefined) return [];
  return targets.filter(
    (target) =>
      !target.isCanary &&
      purposeOf(target) === "webhooks" &&
      target.obstacle === undefined &&
      !left.has(targetName(target)),
  );
}

function mayBeIgnored({ mayIgnore, failurePolicy }: Hook): boolean {
  return mayIgnore === true && failurePolicy === "Fail";
}

function inForceOf(target: SyncTarget, goal: SyncGoal): InForce | undefined {
  const { roots, hash, bases = [] } = viewOf(target, goal);
  const [base] = bases;
  return hash === undefined || base === undefined || bases.length !== 1 ? undefined : { roots, base };
}

/** This run's tests of what is in force, the latest last. */
function testsOf({ roots, base }: InForce, { canaryTest, glassTests = [] }: Observation): readonly CanaryTest[] {
  const hash = trustHash(roots);
  return [...(canaryTest === undefined ? [] : [canaryTest]), ...glassTests]
    .filter((test) => test.bundleHash === hash && test.base === base)
    .toSorted((left, right) => left.at - right.at);
}
