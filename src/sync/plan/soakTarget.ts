import { distinctCertificates, trustHash } from "../../trust/bundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";
import { type TargetState, withoutUndefined } from "../target/TargetState.ts";
import { hooksWith, viewOf } from "../target/TargetView.ts";
import { tryFirst } from "./askCanary.ts";
import { checkEndpoint, endpointAt, rootsInUse } from "./checkEndpoint.ts";
import type { Observation } from "./Observation.ts";
import type { Finding, Step } from "./Step.ts";
import type { TargetStep } from "./TargetStep.ts";

/** How far the API server's clock may be off from this one before a wait is not measured. In milliseconds. */
const SKEW = 60_000;

/**
 * What becomes of roots that a target has and the goal has not: remembered since when each is unused, and taken away when
 * that is long enough ago, every address was heard of, and the canary carries what is left.
 */
export function soakTarget(target: SyncTarget, observation: Observation, goal: SyncGoal): TargetStep {
  const { now } = observation;
  const { roots, bases: [base] = [] } = viewOf(target, goal);
  if (base === undefined) return { findings: [] };
  const endpoint = endpointAt(observation, base);
  const { silent } = checkEndpoint(endpoint, roots, now);
  const findings = silent.map(
    (message): Finding => ({ code: "address-silent", about: base, message: `${message}; no root is taken away` }),
  );
  if (goal.trust.mode === "system") return findings.length > 0 ? { findings } : settled(target, goal, {}, []);
  const pins = distinctCertificates(goal.trust.roots);
  const extra = roots.filter(({ fingerprint }) => !pins.some((pin) => pin.fingerprint === fingerprint));
  const used = rootsInUse(endpoint, { roots, pins, now });
  const isUsed = ({ fingerprint }: Certificate): boolean => used.has(fingerprint);
  if (findings.length > 0 && extra.length > 0) return { findings };
  const clock = clockFinding(observation);
  // Both a time that is remembered and one that is compared would be wrong, by as much as all of the soak.
  if (clock !== undefined && extra.length > 0) return { findings: [clock] };
  const { unusedSince: before = {} } = target.state;
  const unusedSince = Object.fromEntries(
    extra
      // Until it is known again what comes next, no root begins to be unused, but one that is seen again is not unused.
      .filter((root) => !isUsed(root) && (goal.hold === undefined || before[root.fingerprint] !== undefined))
      .map(({ fingerprint }) => [fingerprint, before[fingerprint] ?? now]),
  );
  const due = extra.filter((root) => !isUsed(root) && now - (unusedSince[root.fingerprint] ?? now) >= goal.soak);
  if (due.length > 0 && goal.hold === undefined)
    return narrow(target, observation, goal, { roots, due, unusedSince, base });
  if (findings.length > 0) return { findings };
  const notes = extra.filter(isUsed).map(({ subject }) => `${subject.short} is not asked for, and still in use`);
  const step = settled(target, goal, unusedSince, notes);
  const times = Object.values(unusedSince);
  if ("kind" in step || times.length === 0) return step;
  return { kind: "soak", until: Math.min(...times) + goal.soak, notes };
}

function clockFinding({ skew = 0 }: Observation): Finding | undefined {
  if (Math.abs(skew) <= SKEW) return undefined;
  const [seconds, way] = [Math.round(Math.abs(skew) / 1000), skew > 0 ? "behind" : "ahead of"];
  const message = `this clock is ${seconds} s ${way} the API server's: how long a root has been unused cannot be told, and none is taken away`;
  return { code: "clock", about: "", message };
}

/** The state that a target is to have when nothing is under way; one write where it has another. */
function settled(
  target: SyncTarget,
  { announced }: SyncGoal,
  unusedSince: Readonly<Record<string, number>>,
  notes: readonly string[],
): Step | { notes: readonly string[] } {
  const { state } = target;
  const isSoaking = Object.keys(unusedSince).length > 0;
  const announcement = announced ?? state.announcement;
  const isHeard = announcement?.seq === state.announcement?.seq && announcement?.hash === state.announcement?.hash;
  const isSame =
    isHeard &&
    state.phase === (isSoaking ? "soaking" : undefined) &&
    state.snapshot === undefined &&
    canonical(state.unusedSince ?? {}) === canonical(unusedSince);
  if (isSame) return { notes };
  const next: TargetState = withoutUndefined({
    ...state,
    phase: isSoaking ? "soaking" : undefined,
    since: isSoaking ? Math.max(...Object.values(unusedSince)) : undefined,
    snapshot: undefined,
    unusedSince: isSoaking ? unusedSince : undefined,
    announcement,
  });
  const roots = isSoaking ? "which roots are unused, and since when" : "no root is unused";
  const reason = isHeard ? roots : `the announcement ${announcement?.seq}`;
  return { kind: "remember", write: { target, hooks: target.hooks, state: next }, reason };
}

function narrow(
  target: SyncTarget,
  observation: Observation,
  goal: SyncGoal,
  about: {
    roots: readonly Certificate[];
    due: readonly Certificate[];
    unusedSince: Record<string, number>;
    base: string;
  },
): TargetStep {
  const { due, base } = about;
  const gone = new Set(due.map(({ fingerprint }) => fingerprint));
  const pins = goal.trust.mode === "pin" ? goal.trust.roots : [];
  const roots = distinctCertificates([...pins, ...about.roots.filter(({ fingerprint }) => !gone.has(fingerprint))]);
  const check = checkEndpoint(endpointAt(observation, base), roots, observation.now);
  if (check.finding !== undefined) return { findings: [check.finding] };
  const reason = `unused for long enough: ${due.map(({ subject }) => subject.short).join(", ")}`;
  const untried = tryFirst(target, observation, { roots, base, reason });
  if (untried !== undefined) return untried;
  const unusedSince = Object.fromEntries(Object.entries(about.unusedSince).filter(([root]) => !gone.has(root)));
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
  return JSON.stringify(Object.entries(unusedSince).sort(([left], [right]) => (left < right ? -1 : 1)));
}
