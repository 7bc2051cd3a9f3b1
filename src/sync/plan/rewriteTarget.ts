import { distinctCertificates, SYSTEM_TRUST, trustHash } from "../../trust/bundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { type SyncTarget, targetName } from "../target/SyncTarget.ts";
import { type Phase, type TargetState, withoutUndefined } from "../target/TargetState.ts";
import { hooksWith, type TargetView, viewOf } from "../target/TargetView.ts";
import { tryFirst } from "./askCanary.ts";
import { checkEndpoint, endpointAt } from "./checkEndpoint.ts";
import type { Observation } from "./Observation.ts";
import type { TargetStep } from "./TargetStep.ts";

/** How often somebody else may change what was written before it is left to them. */
const REVERTS = 2;

/**
 * The write that a target needs: roots are added first, and the URL changed then, each after the canary has carried it.
 * Both at once only where the endpoint that is left is refused already, or trust is to be the host's own. Undefined where
 * it needs none. No root comes from anywhere but the goal and the target's own bundles, and none goes.
 */
export function rewriteTarget(target: SyncTarget, observation: Observation, goal: SyncGoal): TargetStep | undefined {
  const view = viewOf(target, goal);
  const bases = view.bases ?? [];
  const base = goal.url ?? bases[0];
  if (base === undefined || (goal.hold !== undefined && bases.length > 1)) return { findings: [] };
  if (goal.url === undefined && bases.length > 1) {
    const message = `has webhooks at ${bases.join(" and at ")}: left as it is; say which is meant, as url`;
    return { findings: [{ code: "not-the-gates", about: targetName(target), message }] };
  }
  const isSystem = goal.trust.mode === "system";
  const wide = goal.trust.mode === "system" ? [] : distinctCertificates([...goal.trust.roots, ...view.roots]);
  const needsRoots = view.hash !== trustHash(wide);
  const needsUrl = bases.length !== 1 || bases[0] !== base;
  const check = checkEndpoint(endpointAt(observation, base), wide, observation.now);
  if (check.finding !== undefined) return { findings: [check.finding] };
  if (!needsRoots && !needsUrl) return undefined;
  const [old] = bases;
  const oldCarries =
    bases.length === 1 &&
    old !== undefined &&
    checkEndpoint(endpointAt(observation, old), wide, observation.now).isFine;
  const first = needsRoots && needsUrl && oldCarries && !isSystem && old !== undefined;
  const at = first || !needsUrl ? (bases[0] ?? base) : base;
  return write(target, observation, goal, {
    view,
    roots: wide,
    base: at,
    phase: needsUrl && !first ? "switching" : "widening",
    reason: [
      ...(needsRoots ? [isSystem ? "the roots of the API server's host are to count" : newRoots(wide, view)] : []),
      ...(needsUrl && !first ? [`the gate is to be called at ${at}`] : []),
    ].join(", and "),
  });
}

interface Wanted {
  readonly view: TargetView;
  readonly roots: readonly Certificate[];
  readonly base: string;
  readonly phase: Phase;
  readonly reason: string;
}

function write(target: SyncTarget, observation: Observation, goal: SyncGoal, wanted: Wanted): TargetStep {
  const { roots, base, phase, reason, view } = wanted;
  const { now } = observation;
  const reverted = revertsOf(target, view, now, goal);
  if (reverted !== undefined && reverted.times >= REVERTS) {
    const message = `somebody has changed what was written ${reverted.times} times: it is left to them; when they have stopped, take its annotation postern.dev/sync-reverted off`;
    return { findings: [{ code: "fight", about: targetName(target), message }] };
  }
  const untried = tryFirst(target, observation, { roots, base, reason });
  if (untried !== undefined) return untried;
  const state = withoutUndefined({
    phase,
    since: now,
    snapshot: target.hooks,
    bundleHash: trustHash(roots),
    base,
    unusedSince: trustHash(roots) === SYSTEM_TRUST ? undefined : target.state.unusedSince,
    reverted: reverted ?? target.state.reverted,
    announcement: goal.announced ?? target.state.announcement,
    brokenGlass: target.state.brokenGlass,
  });
  const hooks = hooksWith(target, goal, { roots, base });
  return { kind: phase === "widening" ? "widen" : "switch-url", write: { target, hooks, state }, reason };
}

/** What is known of somebody else's changes, this one included; undefined where what was written is there. */
function revertsOf(
  { state }: SyncTarget,
  { hash, bases = [] }: TargetView,
  now: number,
  { soak }: SyncGoal,
): TargetState["reverted"] {
  if (state.bundleHash === undefined || state.base === undefined) return undefined;
  if (hash === state.bundleHash && bases.length === 1 && bases[0] === state.base) return undefined;
  const { times, since } = state.reverted ?? { times: 0, since: now };
  // A change long ago was something else.
  return now - since > Math.max(soak, 3_600_000) ? { times: 1, since: now } : { times: times + 1, since };
}

function newRoots(wide: readonly Certificate[], { roots }: TargetView): string {
  const known = new Set(roots.map(({ fingerprint }) => fingerprint));
  const added = wide.filter(({ fingerprint }) => !known.has(fingerprint)).map(({ subject }) => subject.short);
  return added.length === 0 ? "the bundle is to be written cleanly" : `roots are missing: ${added.join(", ")}`;
}
