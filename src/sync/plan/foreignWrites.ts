import { SYSTEM_TRUST } from "../../trust/bundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Finding } from "../Finding.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { type SyncTarget, targetName } from "../target/SyncTarget.ts";
import { MAX_REVERTS } from "../target/TargetState.ts";
import { type TargetView, viewOf } from "../target/TargetView.ts";
import { writtenBase } from "../target/writtenBase.ts";
import type { Observation } from "./Observation.ts";
import { revertsOf } from "./rewriteTarget.ts";
import type { Step } from "./Step.ts";

/**
 * What somebody else wrote to what only the sync writes: its annotations, and the values of its last write. A run mends most
 * of it at once, so these findings are collected at its start and reported at its end.
 */
export function foreignWrites({ targets, now }: Pick<Observation, "targets" | "now">, goal: SyncGoal): Finding[] {
  return targets.flatMap((target) => {
    const about = targetName(target);
    const { stateFaults: faults = [] } = target;
    const state: Finding[] =
      faults.length === 0
        ? []
        : [{ code: "foreign-state", about, message: `${annotations(faults)}: ${stateMessage(faults)}; replaced` }];
    const values = target.isCanary ? undefined : changedValues(target, goal);
    if (values === undefined) return state;
    const isFight = revertsOf(target, viewOf(target, goal), now, goal)?.times === MAX_REVERTS;
    return [...state, { code: isFight ? "fight" : "foreign-values", about, message: values } as const];
  });
}

/** An earlier version of the sync stored numbers of announcements of up to a day ahead of now. */
function stateMessage(faults: readonly string[]): string {
  return faults.includes("announcement")
    ? "not what the sync writes, or ahead of now as an earlier version, or a run with a clock ahead, wrote it"
    : "not what the sync writes";
}

/** Replaces annotations whose values the sync does not write. Undefined when there are none. */
export function replaceForeignState({ targets, conflicts }: Observation): Step | undefined {
  const target = targets.find(
    (it) => (it.stateFaults?.length ?? 0) > 0 && it.fault === undefined && !conflicts.has(targetName(it)),
  );
  if (target === undefined) return undefined;
  const { hooks, state, isCanary, stateFaults: faults = [] } = target;
  const reason = `${annotations(faults)}: not what the sync writes`;
  return { kind: "remember", write: { target, hooks, state: isCanary ? {} : state }, reason };
}

function annotations(faults: readonly string[]): string {
  return faults
    .map((name) => `postern.dev/sync-${name.slice(0, MAX_NAME_LENGTH)}`)
    .slice(0, MAX_NAMES)
    .join(", ");
}
const MAX_NAMES = 12;
const MAX_NAME_LENGTH = 63;

/**
 * How the values in force differ from the last write, or before that from the roots of the hand-over. A webhook without a
 * bundle next to others is a new one, as a tool adds it. Undefined when nothing differs, or nothing is known.
 */
function changedValues(target: SyncTarget, goal: SyncGoal): string | undefined {
  const { bundleHash, base } = target.state;
  const views = target.hooks.map((hook) => ({ ...hook, ...viewOf({ hooks: [hook] }, goal) }));
  const isSame = ({ hash, roots }: TargetView): boolean => {
    if (bundleHash !== undefined) return hash === bundleHash;
    return target.handedOver === undefined || (hash !== undefined && fingerprints(roots) === record);
  };
  const record = [...(target.handedOver ?? [])].sort().join(",");
  const isNew = ({ hash }: TargetView): boolean => hash === SYSTEM_TRUST && views.some(isSame);
  const changed = views.filter((view) => !isSame(view) && !isNew(view)).map(({ name }) => name);
  const isMoved = ([at = ""]: readonly string[]): boolean =>
    base !== undefined && writtenBase(at) !== writtenBase(base);
  const moved = views.filter(({ bases = [] }) => isMoved(bases)).map(({ name }) => name);
  if (changed.length === 0 && moved.length === 0) return undefined;
  const what = [
    ...(changed.length === 0 ? [] : [`caBundle${of(changed)}`]),
    ...(moved.length === 0 ? [] : [`the base URL${of(moved)}`]),
  ];
  return `another client changed ${what.join(" and ")} since the last write of the sync, or since the hand-over: usually somebody applied a rendered registration (one run reports it) or a GitOps tool does; if nobody did, the sync's token may be stolen`;
}

function fingerprints(roots: readonly Certificate[]): string {
  return roots
    .map(({ fingerprint }) => fingerprint)
    .sort()
    .join(",");
}

function of(names: readonly string[]): string {
  const named = names.filter((name) => name !== "");
  return named.length === 0 ? "" : ` of ${named.join(", ")}`;
}
