import { distinctCertificates, readableCertificates, trustHash } from "../../trust/bundle.ts";
import type { EndpointView } from "../../trust/EndpointView.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Finding } from "../Finding.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { boundTimes } from "../target/boundTimes.ts";
import { purposeOf, type SyncTarget, targetName } from "../target/SyncTarget.ts";
import { withoutUndefined } from "../target/TargetState.ts";
import { hooksWith, viewOf } from "../target/TargetView.ts";
import { askCanary, canaryFinding } from "./askCanary.ts";
import { checkEndpoint, endpointAt, rootsInUse } from "./checkEndpoint.ts";
import { clockFinding } from "./clockFinding.ts";
import type { Observation } from "./Observation.ts";
import type { Step } from "./Step.ts";
import { isPinned, unaskedFindings, unaskedRoots } from "./unaskedRoots.ts";

/** Of roots, in a reason. */
const MAX_NAMES = 10;

/** The roots that nobody asked for, while they wait for their removal. */
export interface WaitingUnasked {
  readonly roots: readonly Certificate[];
  readonly findings: readonly Finding[];
}

/**
 * Plans the removal of the roots that nobody asked for (`unaskedRoots`): remembers since when each is seen, and removes it
 * after the soak. Whether it is in use does not count, and neither does an address that is silent: whoever put the root
 * there may also be who serves a chain of it. When they keep the API server from verifying the served chains, which it does
 * without them, they are removed at once. The write has no snapshot, so nothing rolls it back. Only in a registration
 * without a record of its hand-over the root stays as long as the API server cannot call the gate without it.
 *
 * With a frozen goal the roots are only reported, and nothing is remembered: each of them may be announced, and whoever has
 * the sync's token can freeze the goal and forge since when a root is seen. The same with webhooks at several base URLs,
 * which no single write fits.
 */
export function removeUnasked(target: SyncTarget, observation: Observation, goal: SyncGoal): Step | WaitingUnasked {
  const { now } = observation;
  const { roots: all, bases = [] } = viewOf(target, goal);
  if (goal.trust.mode === "system") return { roots: [], findings: [] };
  const pins = distinctCertificates(goal.trust.roots);
  // A frozen goal may lack a root that is announced, so its use shows nothing.
  const endpoints = goal.frozen === undefined ? bases.map((it) => endpointAt(observation, it)) : [];
  const used = new Set(endpoints.flatMap((endpoint) => [...rootsInUse(endpoint, { roots: all, pins, now })]));
  const unasked = unaskedRoots(target, goal, { now, used });
  const { roots, since } = unasked;
  const [base, ...others] = bases;
  const isOneBase = base !== undefined && others.length === 0;
  const findings = unaskedFindings(target, unasked, { ...goal, isOneBase });
  if (goal.frozen !== undefined || !isOneBase) return { roots, findings };
  const { unaskedSince: before = {}, ...state } = target.state;
  const isCutOff =
    roots.length > 0 && isPinned(target) && cutOff(target, endpointAt(observation, base), { roots, pins, now });
  const isSame = isCutOff || canonical(before) === canonical(since);
  if (isSame && roots.length === 0) return { roots, findings };
  const clock = clockFinding(observation);
  if (clock !== undefined) return { roots, findings: [...findings, clock] };
  const names = (some: readonly Certificate[]): string =>
    [
      ...some.slice(0, MAX_NAMES).map(({ subject }) => subject.short),
      ...(some.length > MAX_NAMES ? [`${some.length - MAX_NAMES} more`] : []),
    ].join(", ");
  if (!isSame) {
    const next = withoutUndefined({ ...state, unaskedSince: roots.length === 0 ? undefined : since });
    const reason = roots.length === 0 ? "every root is asked for" : `nobody asked for: ${names(roots)}`;
    return { kind: "remember", write: { target, hooks: target.hooks, state: next }, reason };
  }
  const due = new Set(
    roots
      .filter(({ fingerprint }) => isCutOff || now - (since[fingerprint] ?? now) >= goal.soakMs)
      .map((it) => it.fingerprint),
  );
  if (due.size === 0) return { roots, findings };
  const removed = roots.filter(({ fingerprint }) => due.has(fingerprint));
  const rest = distinctCertificates([...pins, ...all.filter(({ fingerprint }) => !due.has(fingerprint))]);
  const reason = `nobody asked for: ${names(removed)}`;
  const question = { purpose: purposeOf(target), roots: rest, base, reason: `${targetName(target)}: ${reason}` };
  const test = askCanary(observation, question);
  if ("kind" in test) return test;
  const isNeeded = test.result === "failed" && !isPinned(target);
  if (isNeeded || test.result === "unknown") return { roots, findings: [...findings, canaryFinding(target, test)] };
  // More than fit into the state: they would count as written by the sync.
  const waiting = roots.filter(({ fingerprint }) => !due.has(fingerprint));
  const left = boundTimes(
    Object.fromEntries(waiting.map((it) => [it.fingerprint, since[it.fingerprint] ?? now])),
    since,
  );
  const next = withoutUndefined({
    ...state,
    phase: undefined,
    since: undefined,
    snapshot: undefined,
    bundleHash: trustHash(rest),
    base,
    unusedSince: undefined,
    unaskedSince: Object.keys(left).length === 0 ? undefined : left,
  });
  const hooks = hooksWith(target, goal, { roots: rest, base });
  return { kind: "narrow", write: { target, hooks, state: next }, reason };
}

/**
 * Whether the API server refuses what is served because of these roots. With more than a hundred that look like the right
 * one, it gives up before it has tried that (Go, `maxChainSignatureChecks`). What is stored counts, in its order.
 */
function cutOff(
  { hooks }: SyncTarget,
  endpoint: EndpointView,
  { roots, pins, now }: { roots: readonly Certificate[]; pins: readonly Certificate[]; now: number },
): boolean {
  const unasked = new Set(roots.map(({ fingerprint }) => fingerprint));
  const isFine = (some: readonly Certificate[]): boolean => checkEndpoint(endpoint, some, now).isFine;
  return hooks.some(({ bundle }) => {
    const stored = readableCertificates(bundle);
    const asked = stored.filter(({ fingerprint }) => !unasked.has(fingerprint));
    return !isFine(stored) && isFine(distinctCertificates([...pins, ...asked]));
  });
}

function canonical(since: Readonly<Record<string, number>>): string {
  return JSON.stringify(Object.entries(since).sort(([first], [second]) => (first < second ? -1 : 1)));
}
