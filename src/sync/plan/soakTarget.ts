import { distinctCertificates, trustHash } from "../../trust/bundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Finding } from "../Finding.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { boundTimes } from "../target/boundTimes.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";
import { type TargetState, withoutUndefined } from "../target/TargetState.ts";
import { hooksWith, type TargetView, viewOf } from "../target/TargetView.ts";
import { writtenBase } from "../target/writtenBase.ts";
import { requireCanary } from "./askCanary.ts";
import { checkEndpoint, endpointAt, rootsInUse } from "./checkEndpoint.ts";
import { clockFinding } from "./clockFinding.ts";
import type { Observation } from "./Observation.ts";
import { removeUnasked } from "./removeUnasked.ts";
import type { Step, TargetStep } from "./Step.ts";

/**
 * Plans the removal of roots that a target has and the goal does not want. Remembers since when each is unused. Removes a
 * root when it was unused for the whole soak, every address answered, and the canary accepts the remaining roots. For roots
 * that nobody asked for, see {@link removeUnasked}.
 */
export function soakTarget(target: SyncTarget, observation: Observation, goal: SyncGoal): TargetStep {
  const unasked = removeUnasked(target, observation, goal);
  if ("kind" in unasked) return unasked;
  const step = soakAsked(target, observation, goal, new Set(unasked.roots.map(({ fingerprint }) => fingerprint)));
  if (unasked.findings.length === 0 || ("kind" in step && step.kind !== "soak")) return step;
  return { findings: [...unasked.findings, ...("findings" in step ? step.findings : [])] };
}

/** The same without the roots that nobody asked for. */
function soakAsked(
  target: SyncTarget,
  observation: Observation,
  goal: SyncGoal,
  unasked: ReadonlySet<string>,
): TargetStep {
  const { now } = observation;
  const view = viewOf(target, goal);
  const { roots, bases: [base] = [] } = view;
  if (base === undefined) return { findings: [] };
  const endpoint = endpointAt(observation, base);
  const { silent } = checkEndpoint(endpoint, roots, now);
  const findings = silent.map(
    (message): Finding => ({ code: "address-silent", about: endpoint.base, message: `${message}; no root is removed` }),
  );
  if (goal.trust.mode === "system")
    return findings.length > 0
      ? { findings }
      : settled(target, view, goal, { unusedSince: {}, notes: [], isHeld: false });
  const pins = distinctCertificates(goal.trust.roots);
  const unwanted = roots.filter(
    ({ fingerprint }) => !unasked.has(fingerprint) && !pins.some((pin) => pin.fingerprint === fingerprint),
  );
  const used = rootsInUse(endpoint, { roots, pins, now });
  const isUsed = ({ fingerprint }: Certificate): boolean => used.has(fingerprint);
  if (findings.length > 0 && unwanted.length > 0) return { findings };
  const clock = clockFinding(observation);
  // The remembered time and the time it is compared with would both be wrong, by up to the whole soak.
  if (clock !== undefined && unwanted.length > 0) return { findings: [clock] };
  const { unusedSince: before = {} } = target.state;
  const unused = Object.fromEntries(
    unwanted
      // With a frozen goal no soak starts, because the root may be announced. A root that is in use again leaves its soak.
      .filter((root) => !isUsed(root) && (goal.frozen === undefined || before[root.fingerprint] !== undefined))
      .map(({ fingerprint }) => [fingerprint, before[fingerprint] ?? now]),
  );
  const unusedSince = boundTimes(unused, before);
  const due = unwanted.filter((root) => !isUsed(root) && now - (unusedSince[root.fingerprint] ?? now) >= goal.soakMs);
  if (due.length > 0 && goal.frozen === undefined)
    return narrow(target, observation, goal, { roots, due, unusedSince, base });
  if (findings.length > 0) return { findings };
  const notes = unwanted.filter(isUsed).map(({ subject }) => `${subject.short} is not configured, but still in use`);
  // A frozen goal remembers no root that nobody asked for. As written by the sync it would be hidden in later runs.
  const isHeld = goal.frozen !== undefined && unasked.size > 0;
  const step = settled(target, view, goal, { unusedSince, notes, isHeld });
  const times = Object.values(unusedSince);
  if ("kind" in step || times.length === 0) return step;
  return { kind: "soak", until: Math.min(...times) + goal.soakMs, notes };
}

/** What the state of a target is to say. */
interface Settled {
  readonly unusedSince: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  /** Whether the values of the last write stay in the state, although others are in force. */
  readonly isHeld: boolean;
}

/** Returns the notes when the state of a target is up to date, otherwise the step that writes it. */
function settled(
  target: SyncTarget,
  { hash, bases: [base] = [] }: TargetView,
  { announced }: SyncGoal,
  { unusedSince, notes, isHeld }: Settled,
): Step | { notes: readonly string[] } {
  const { state } = target;
  // What another writer put there, and is kept, is what the next change is compared with.
  const { bundleHash = hash, base: stored = base } = state;
  const isSameBase = stored === base || (stored !== undefined && writtenBase(stored) === writtenBase(base ?? ""));
  const isWritten = isHeld || (bundleHash === hash && isSameBase);
  const isSoaking = Object.keys(unusedSince).length > 0;
  const announcement = announced ?? state.announcement;
  const isRemembered = announcement?.seq === state.announcement?.seq && announcement?.hash === state.announcement?.hash;
  const isSame =
    isRemembered &&
    isWritten &&
    state.phase === (isSoaking ? "soaking" : undefined) &&
    state.snapshot === undefined &&
    canonical(state.unusedSince ?? {}) === canonical(unusedSince);
  if (isSame) return { notes };
  const next: TargetState = withoutUndefined({
    ...state,
    phase: isSoaking ? "soaking" : undefined,
    since: isSoaking ? Math.max(...Object.values(unusedSince)) : undefined,
    snapshot: undefined,
    ...(isWritten ? {} : { bundleHash: hash, base }),
    unusedSince: isSoaking ? unusedSince : undefined,
    announcement,
  });
  const use = isSoaking ? "a root went out of use, or came into use" : "no root is unused";
  const change = isWritten ? use : "another client wrote other values, which stay";
  const reason = isRemembered ? change : `the announcement ${announcement?.seq}`;
  return { kind: "remember", write: { target, hooks: target.hooks, state: next }, reason };
}

function narrow(
  target: SyncTarget,
  observation: Observation,
  goal: SyncGoal,
  about: {
    roots: readonly Certificate[];
    due: readonly Certificate[];
    unusedSince: Readonly<Record<string, number>>;
    base: string;
  },
): TargetStep {
  const { due, base } = about;
  const removed = new Set(due.map(({ fingerprint }) => fingerprint));
  const pins = goal.trust.mode === "pin" ? goal.trust.roots : [];
  const roots = distinctCertificates([...pins, ...about.roots.filter(({ fingerprint }) => !removed.has(fingerprint))]);
  const check = checkEndpoint(endpointAt(observation, base), roots, observation.now);
  if (check.finding !== undefined) return { findings: [check.finding] };
  const reason = `unused for the whole soak: ${due.map(({ subject }) => subject.short).join(", ")}`;
  const untested = requireCanary(target, observation, { roots, base, reason });
  if (untested !== undefined) return untested;
  const unusedSince = Object.fromEntries(Object.entries(about.unusedSince).filter(([root]) => !removed.has(root)));
  const state = withoutUndefined({
    ...target.state,
    phase: "narrowing",
    since: observation.now,
    snapshot: target.hooks,
    bundleHash: trustHash(roots),
    base,
    unusedSince: Object.keys(unusedSince).length > 0 ? unusedSince : undefined,
    announcement: goal.announced ?? target.state.announcement,
  });
  return { kind: "narrow", write: { target, hooks: hooksWith(target, goal, { roots, base }), state }, reason };
}

function canonical(unusedSince: Readonly<Record<string, number>>): string {
  return JSON.stringify(Object.entries(unusedSince).sort(([first], [second]) => (first < second ? -1 : 1)));
}
