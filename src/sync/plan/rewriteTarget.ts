import { splitBase } from "../../protocol/gateUrl.ts";
import { distinctCertificates, SYSTEM_TRUST, trustHash } from "../../trust/bundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { capabilityTimes } from "../capability/capabilityTimes.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { type SyncTarget, targetName } from "../target/SyncTarget.ts";
import { MAX_REVERTS, type Phase, type TargetState, withoutUndefined } from "../target/TargetState.ts";
import { hooksWith, type TargetView, viewOf } from "../target/TargetView.ts";
import { writtenBase } from "../target/writtenBase.ts";
import { requireCanary } from "./askCanary.ts";
import { checkEndpoint, endpointAt } from "./checkEndpoint.ts";
import type { Observation } from "./Observation.ts";
import type { TargetStep } from "./Step.ts";
import { unaskedRoots } from "./unaskedRoots.ts";
import { baseAt, wantedBase } from "./wantedBase.ts";

/** Changes further apart than this, or than the soak, are not counted together. */
const MIN_REVERT_WINDOW_MS = 3_600_000;

/**
 * Plans the write that brings a target to the goal. Missing roots are added first, and the URL is changed afterwards; the
 * canary tests each of them. Both change in one write only when the old endpoint already fails, or for system trust. A
 * capability changes with whatever is written first: the gate takes it at the old URL and at the new one.
 * Roots come only from the goal and from the target's own bundles, and none is removed. Undefined when nothing differs.
 */
export function rewriteTarget(target: SyncTarget, observation: Observation, goal: SyncGoal): TargetStep | undefined {
  const view = viewOf(target, goal);
  const bases = view.bases ?? [];
  const places = [...new Set(bases.map((it) => splitBase(it).place))];
  const base = wantedBase(bases, goal);
  if (base === undefined || (goal.frozen !== undefined && places.length > 1)) return { findings: [] };
  if (goal.url === undefined && places.length > 1) {
    const message = `has webhooks at ${places.join(" and at ")}: not written; set url in the config to one of them`;
    return { findings: [{ code: "not-the-gates", about: targetName(target), message }] };
  }
  const isSystem = goal.trust.mode === "system";
  const wide = goal.trust.mode === "system" ? [] : distinctCertificates([...goal.trust.roots, ...view.roots]);
  const needsRoots = view.hash !== trustHash(wide);
  const needsUrl = bases.length !== 1 || bases[0] !== base;
  const check = checkEndpoint(endpointAt(observation, base), wide, observation.now);
  if (check.finding !== undefined) return { findings: [check.finding] };
  if (!needsRoots && !needsUrl) return undefined;
  const { place, token } = splitBase(base);
  const [old] = places;
  const oldVerifies =
    places.length === 1 &&
    old !== undefined &&
    checkEndpoint(endpointAt(observation, old), wide, observation.now).isFine;
  const rootsFirst = needsRoots && old !== place && oldVerifies && !isSystem;
  const at = rootsFirst ? baseAt(old, token) : base;
  const isMove = !rootsFirst && (places.length !== 1 || old !== place);
  const addedRoots = isSystem ? "trust the roots of the API server's host" : missingRoots(wide, view);
  return writeStep(target, observation, goal, {
    view,
    roots: wide,
    base: at,
    phase: rootsFirst || !needsUrl ? "widening" : "switching",
    reason: [
      ...(needsRoots ? [addedRoots] : []),
      ...(isMove ? [`the URL of the gate changes to ${place}`] : []),
      ...(bases.every((it) => splitBase(it).token === token) ? [] : ["the capability in the URL changes"]),
    ].join(", and "),
  });
}

interface PlannedWrite {
  readonly view: TargetView;
  readonly roots: readonly Certificate[];
  readonly base: string;
  readonly phase: Phase;
  readonly reason: string;
}

function writeStep(target: SyncTarget, observation: Observation, goal: SyncGoal, planned: PlannedWrite): TargetStep {
  const { roots, base, phase, reason, view } = planned;
  const { now } = observation;
  const reverted = revertsOf(target, view, now, goal);
  if (reverted?.times === MAX_REVERTS && !isWorthMending(target, observation, goal)) {
    const message = `another writer changed the written values at least ${MAX_REVERTS} times: the sync does not write it; when the other writer has stopped, remove the annotation postern.dev/sync-reverted`;
    return { findings: [{ code: "fight", about: targetName(target), message }] };
  }
  const untested = requireCanary(target, observation, { roots, base, reason });
  if (untested !== undefined) return untested;
  const { since: unaskedSince } = unaskedRoots(target, goal, { now });
  const state = withoutUndefined({
    phase,
    since: now,
    snapshot: target.hooks,
    bundleHash: trustHash(roots),
    base,
    unusedSince: trustHash(roots) === SYSTEM_TRUST ? undefined : target.state.unusedSince,
    unaskedSince: Object.keys(unaskedSince).length === 0 ? undefined : unaskedSince,
    reverted: reverted ?? target.state.reverted,
    announcement: goal.announced ?? target.state.announcement,
    failingOpen: target.state.failingOpen,
  });
  const hooks = hooksWith(target, goal, { roots, base });
  return { kind: phase === "widening" ? "widen" : "switch-url", write: { target, hooks, state }, reason };
}

/** A write that was made less than this ago is not repeated against another writer. */
const MIN_MEND_PAUSE_MS = 60_000;

/**
 * Whether the values of another writer, who changes them again and again, keep the API server from calling the gate as the
 * goal says. Such values are mended all the same: else one forged annotation would keep the sync from mending them.
 */
function isWorthMending({ hooks, state }: SyncTarget, observation: Observation, goal: SyncGoal): boolean {
  const { now } = observation;
  if (state.since !== undefined && now - state.since < MIN_MEND_PAUSE_MS) return false;
  return hooks.some((hook) => {
    const { roots, bases: [base] = [] } = viewOf({ hooks: [hook] }, goal);
    if (base === undefined || (roots.length === 0 && goal.trust.mode === "pin")) return true;
    if (goal.capability?.token !== undefined && hasEnded(splitBase(base).token, now)) return true;
    return !checkEndpoint(endpointAt(observation, base), roots, now).isFine;
  });
}

/** Whether a gate that takes capabilities will refuse this one, at the end of its grace at the latest. */
function hasEnded(token: string | undefined, now: number): boolean {
  const times = token === undefined ? undefined : capabilityTimes(token, now);
  return times === undefined || times.expiresMs <= now;
}

/**
 * Counts changes by another writer, including the present one, up to {@link MAX_REVERTS}. Undefined when the written values
 * are in place.
 */
export function revertsOf(
  { state }: SyncTarget,
  { hash, bases = [] }: TargetView,
  now: number,
  { soakMs }: SyncGoal,
): TargetState["reverted"] {
  if (state.bundleHash === undefined || state.base === undefined) return undefined;
  if (hash === state.bundleHash && bases.length === 1 && writtenBase(bases[0] ?? "") === writtenBase(state.base))
    return undefined;
  const { times, since } = state.reverted ?? { times: 0, since: now };
  const isOld = now - since > Math.max(soakMs, MIN_REVERT_WINDOW_MS);
  return isOld ? { times: 1, since: now } : { times: Math.min(times + 1, MAX_REVERTS), since };
}

function missingRoots(wide: readonly Certificate[], { roots }: TargetView): string {
  const known = new Set(roots.map(({ fingerprint }) => fingerprint));
  const added = wide.filter(({ fingerprint }) => !known.has(fingerprint)).map(({ subject }) => subject.short);
  return added.length === 0 ? "the bundle contains more than certificates" : `roots are missing: ${added.join(", ")}`;
}
