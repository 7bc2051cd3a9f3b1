import type { SyncGoal } from "../goal/SyncConfig.ts";
import { purposeOf, type SyncTarget, targetName } from "../target/SyncTarget.ts";
import { withoutUndefined } from "../target/TargetState.ts";
import { viewOf } from "../target/TargetView.ts";
import { askCanary, canaryFinding } from "./askCanary.ts";
import { checkEndpoint, endpointAt } from "./checkEndpoint.ts";
import type { Observation } from "./Observation.ts";
import type { Finding, Step } from "./Step.ts";
import type { TargetStep } from "./TargetStep.ts";

/** What was written does not carry, and what was there before would not either. */
export interface Stuck {
  readonly findings: readonly Finding[];
  readonly isStuck: true;
}

/**
 * What follows a write that was not confirmed yet: the canary is asked again, and the endpoint looked at again. Undefined
 * where there is no such write, or where somebody has changed the target since: then it is not the sync's write any more.
 */
export function confirmTarget(
  target: SyncTarget,
  observation: Observation,
  goal: SyncGoal,
): TargetStep | Stuck | undefined {
  const { state } = target;
  const { phase, since = 0 } = state;
  if (phase === undefined || phase === "soaking") return undefined;
  const { roots, hash, bases = [] } = viewOf(target, goal);
  const [base] = bases;
  if (base === undefined || bases.length > 1 || hash !== state.bundleHash || base !== state.base) return undefined;
  const check = checkEndpoint(endpointAt(observation, base), roots, observation.now);
  if (!check.isFine) return undo(target, observation, goal, check.finding);
  const reason = `${targetName(target)} was written; does it carry`;
  // Another run's clock may have been ahead; this run's own tests are all from after its write then.
  const test = askCanary(observation, {
    purpose: purposeOf(target),
    roots,
    base,
    reason,
    after: since > observation.now ? 0 : since,
  });
  if ("kind" in test) return test;
  if (test.result === "unknown") return { findings: [canaryFinding(target, test)] };
  if (test.result === "failed") return undo(target, observation, goal, canaryFinding(target, test));
  const confirmed = withoutUndefined({ ...state, phase: undefined, since: undefined, snapshot: undefined });
  return { kind: "confirm", write: { target, hooks: target.hooks, state: confirmed }, reason: `${phase} carries` };
}

/** Back to the snapshot, but only where that is better: what is served now has to verify with it. */
function undo(
  target: SyncTarget,
  observation: Observation,
  goal: SyncGoal,
  finding: Finding | undefined,
): Step | Stuck {
  const { snapshot, phase, reverted, announcement, brokenGlass } = target.state;
  const reason = finding?.message ?? `${phase} does not carry`;
  const about = targetName(target);
  const stay = (why: string): Stuck => ({
    isStuck: true,
    findings: [...(finding === undefined ? [] : [finding]), { code: "cannot-roll-back", about, message: why }],
  });
  const names = (hooks: readonly { name: string }[]): string => JSON.stringify(hooks.map(({ name }) => name).sort());
  if (snapshot === undefined || names(snapshot) !== names(target.hooks))
    return stay("what was there before is not known, or is about other webhooks: left as it is");
  const { roots, hash, bases = [] } = viewOf({ hooks: snapshot }, goal);
  const [base] = bases;
  const wouldCarry =
    bases.length === 1 &&
    base !== undefined &&
    hash !== undefined &&
    checkEndpoint(endpointAt(observation, base), roots, observation.now).isFine;
  if (!wouldCarry) return stay("what was there before would not carry either: left as it is");
  const state = withoutUndefined({
    phase: undefined,
    since: undefined,
    snapshot: undefined,
    bundleHash: hash,
    base,
    unusedSince: undefined,
    reverted,
    announcement,
    brokenGlass,
  });
  // The snapshot is of bundles and URLs; whatever else a webhook says stays.
  const hooks = snapshot.map((hook) => ({ ...target.hooks.find(({ name }) => name === hook.name), ...hook }));
  return { kind: "rollback", write: { target, hooks, state }, reason };
}
