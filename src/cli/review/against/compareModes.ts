import type { ClusterSettings } from "../../../policy/define/ClusterSettings.ts";
import { type Mode, modes } from "../../../policy/define/Mode.ts";
import type { Policy } from "../../../policy/define/policy.ts";
import { namespaceMatcher } from "../../../policy/match/namespaceMatcher.ts";
import type { GateChange } from "./GateChange.ts";
import type { Representative } from "./representativeNamespaces.ts";
import { scopesOf } from "./scopesOf.ts";

/** The settings of a cluster in both gates. */
export interface ComparedSettings {
  readonly before: ClusterSettings;
  readonly after: ClusterSettings;
}

/**
 * Where the mode of a policy is lower, at the first of some times and from each later one on at which that is new. Only where
 * the old gate asks the policy: it is its match that says where a lower mode is a loosening. `times` rise, and the first is now.
 */
export function compareModes(
  policy: Policy,
  { before, after }: ComparedSettings,
  namespaces: readonly Representative[],
  times: readonly number[],
): GateChange[] {
  const isJudged = namespaceMatcher(policy.match.namespaces ?? {});
  const { isNamespaced, isClusterScoped } = scopesOf(policy);
  const asked = namespaces.filter(({ name }) => (name === "" ? isClusterScoped : isNamespaced) && isJudged(name));
  const changes: GateChange[] = [];
  let known = new Map<string, string>();
  for (const [index, time] of times.entries()) {
    const lower = new Map<string, string>();
    const byStep = new Map<string, { readonly from: Mode; readonly to: Mode; readonly where: string[] }>();
    for (const { name, shown } of asked) {
      const [from, to] = [modeAt(before, policy.name, name, time), modeAt(after, policy.name, name, time)];
      if (modes.indexOf(to) <= modes.indexOf(from)) continue;
      const step = `${from} ${to}`;
      lower.set(name, step);
      if (known.get(name) === step) continue;
      const found = byStep.get(step) ?? { from, to, where: [] };
      found.where.push(shown);
      byStep.set(step, found);
    }
    for (const { from, to, where } of byStep.values())
      changes.push({
        result: "loosened",
        kind: "mode",
        policy: policy.name,
        clusters: [after.cluster],
        ...(where.length === asked.length ? {} : { namespaces: where }),
        from,
        to,
        ...(index === 0 ? {} : { sinceMs: time }),
      });
    known = lower;
  }
  return changes;
}

function modeAt(settings: ClusterSettings, policy: string, namespace: string, time: number): Mode {
  return (settings.at?.(namespace, time) ?? settings).modeOf(policy);
}
