import { splitBase, splitGateUrl } from "../../protocol/gateUrl.ts";
import type { Finding } from "../Finding.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { boundTimes } from "../target/boundTimes.ts";
import type { Hook } from "../target/Hook.ts";
import { purposeOf, type SyncTarget, targetName } from "../target/SyncTarget.ts";
import { withoutUndefined } from "../target/TargetState.ts";
import { viewOf } from "../target/TargetView.ts";
import { writtenBase } from "../target/writtenBase.ts";
import { askCanary, canaryFinding } from "./askCanary.ts";
import { checkEndpoint, endpointAt } from "./checkEndpoint.ts";
import type { Observation } from "./Observation.ts";
import type { Step, TargetStep } from "./Step.ts";
import { unaskedRoots } from "./unaskedRoots.ts";

/** Neither the write nor its snapshot is accepted. */
export interface Stuck {
  readonly findings: readonly Finding[];
  readonly isStuck: true;
}

/**
 * Plans what follows an unconfirmed write: a new canary test, then confirm or roll back. Undefined when there is no
 * unconfirmed write, or when another client changed the target since.
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
  if (base === undefined || bases.length > 1 || hash !== state.bundleHash) return undefined;
  if (state.base === undefined || writtenBase(base) !== writtenBase(state.base)) return undefined;
  const check = checkEndpoint(endpointAt(observation, base), roots, observation.now);
  if (!check.isFine) return rollBack(target, observation, goal, check.finding);
  const reason = `${targetName(target)}: test whether the written values are accepted`;
  // The clock of an earlier run may have been ahead. This run's own tests all follow its write then.
  const after = since > observation.now ? 0 : since;
  const test = askCanary(observation, { purpose: purposeOf(target), roots, base, reason, after });
  if ("kind" in test) return test;
  if (test.result === "unknown") return { findings: [canaryFinding(target, test)] };
  if (test.result === "failed") return rollBack(target, observation, goal, canaryFinding(target, test));
  const confirmed = withoutUndefined({ ...state, phase: undefined, since: undefined, snapshot: undefined });
  const write = { target, hooks: target.hooks, state: confirmed };
  return { kind: "confirm", write, reason: `${phase}: the written values are accepted` };
}

/** Plans the write of the snapshot, if the chains served now verify with it. */
function rollBack(
  target: SyncTarget,
  observation: Observation,
  goal: SyncGoal,
  finding: Finding | undefined,
): Step | Stuck {
  const { snapshot, phase, reverted, announcement, failingOpen, unaskedSince } = target.state;
  const pathOf = (url = ""): string | undefined => splitGateUrl(url, goal.cluster)?.path;
  const reason = finding?.message ?? `${phase}: the written values are not accepted`;
  const about = targetName(target);
  const stuck = (reason: string): Stuck => ({
    isStuck: true,
    findings: [...(finding === undefined ? [] : [finding]), { code: "cannot-roll-back", about, message: reason }],
  });
  const names = (hooks: readonly { name: string }[]): string => JSON.stringify(hooks.map(({ name }) => name).sort());
  if (snapshot === undefined || names(snapshot) !== names(target.hooks))
    return stuck("there is no snapshot of these webhooks: not written");
  // A forged snapshot. The policy of the sync's ServiceAccount refuses its write.
  if (snapshot.some(({ name, url }) => pathOf(url) !== pathOf(target.hooks.find((it) => it.name === name)?.url)))
    return stuck("the snapshot has URLs of other entries: not written");
  const hasCapability = (hooks: readonly Hook[]): boolean =>
    viewOf({ hooks }, goal).bases?.every((it) => splitBase(it).token !== undefined) === true;
  // The gate has accepted the capability, and may refuse calls without one. The policy of the ServiceAccount refuses it too.
  if (hasCapability(target.hooks) && !hasCapability(snapshot))
    return stuck("the snapshot has URLs without a capability: not written");
  const { roots, hash, bases = [] } = viewOf({ hooks: snapshot }, goal);
  const [base] = bases;
  const snapshotVerifies =
    bases.length === 1 &&
    base !== undefined &&
    hash !== undefined &&
    checkEndpoint(endpointAt(observation, base), roots, observation.now).isFine;
  if (!snapshotVerifies) return stuck("the snapshot would not be accepted either: not written");
  const current = new Set(viewOf(target, goal).roots.map(({ fingerprint }) => fingerprint));
  const { since } = unaskedRoots({ ...target, hooks: snapshot }, goal, { now: observation.now });
  // A snapshot can be forged, so the roots that come back with it count as somebody else's.
  const added = Object.entries(since).filter(([root]) => !current.has(root));
  const unasked = boundTimes({ ...unaskedSince, ...Object.fromEntries(added) }, unaskedSince ?? {});
  const state = withoutUndefined({
    phase: undefined,
    since: undefined,
    snapshot: undefined,
    bundleHash: hash,
    base,
    unusedSince: undefined,
    unaskedSince: Object.keys(unasked).length === 0 ? undefined : unasked,
    reverted,
    announcement,
    failingOpen,
  });
  // A snapshot holds only bundles and URLs. All other fields of a webhook stay.
  const hooks = snapshot.map((hook) => ({ ...target.hooks.find(({ name }) => name === hook.name), ...hook }));
  return { kind: "rollback", write: { target, hooks, state }, reason };
}
