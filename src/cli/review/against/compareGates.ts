import { isDeepStrictEqual } from "node:util";
import { parseInstant } from "../../../protocol/parseInstant.ts";
import { compareExceptions } from "./compareExceptions.ts";
import { compareMatches } from "./compareMatches.ts";
import { compareModes } from "./compareModes.ts";
import { compareEntries, compareOptions } from "./compareOptions.ts";
import { type GateChange, joinClusters } from "./GateChange.ts";
import { type GateSide, stagePatterns } from "./GateSide.ts";
import { representativeNamespaces } from "./representativeNamespaces.ts";

/** The times at which modes can change: now, and each later one at which a stage of either gate begins. */
export function comparedTimes(before: GateSide, after: GateSide, now: number): number[] {
  const begins = [before, after]
    .flatMap(({ gate }) => gate.stages ?? [])
    .map(({ since }) => parseInstant(since) ?? now);
  return [now, ...new Set(begins.filter((it) => it > now))].sort((left, right) => left - right);
}

/**
 * What a new gate no longer does that the old one did, without objects. A gate that is stricter, or has its lists in another
 * order, has no changes. `areClustersKnown` is false for the lookup of a gate without a chosen cluster.
 */
export function compareGates(before: GateSide, after: GateSide, now: number, areClustersKnown: boolean): GateChange[] {
  const times = comparedTimes(before, after, now);
  const changes: GateChange[] = [];
  const shared = [...before.policies].flatMap(([name, old]) => {
    const policy = after.policies.get(name);
    if (policy === undefined)
      changes.push({ result: "loosened", kind: "policy", policy: name, from: "in the gate", to: "gone" });
    return policy === undefined ? [] : [{ old, policy }];
  });
  for (const name of areClustersKnown ? before.clusters.keys() : [])
    if (!after.clusters.has(name))
      changes.push({ result: "loosened", kind: "cluster", clusters: [name], from: "in the gate", to: "gone" });
  for (const { old, policy } of shared) changes.push(...compareMatches(old, policy), ...compareOptions(old, policy));
  changes.push(...compareEntries(before, after));
  for (const [name, { settings, patterns }] of before.clusters) {
    const other = after.clusters.get(name);
    if (other === undefined) continue;
    const compared = { before: settings, after: other.settings };
    const known = [...stagePatterns(before), ...stagePatterns(after), ...patterns, ...other.patterns];
    for (const { old } of shared) {
      const { include = [], exclude = [] } = old.match.namespaces ?? {};
      const isPlain = settings.at === undefined && other.settings.at === undefined;
      const namespaces = representativeNamespaces(isPlain ? [...include] : [...known, ...include, ...exclude]);
      changes.push(...compareModes(old, compared, namespaces, isPlain ? [now] : times));
      const [from, to] = [settings.paramsOf(old.name), other.settings.paramsOf(old.name)];
      if (!isDeepStrictEqual(from, to))
        changes.push({
          result: "changed",
          kind: "params",
          policy: old.name,
          clusters: [name],
          from: shownParams(from),
          to: shownParams(to),
        });
    }
  }
  // A cluster that is new has no old exceptions to compare with.
  const names = areClustersKnown ? [...before.clusters.keys()].filter((name) => after.clusters.has(name)) : undefined;
  return joinClusters([...changes, ...compareExceptions(before, after, names, now)]);
}

/** Parameters as JSON; a parser may have made anything of them. */
function shownParams(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_key, member: unknown) => (typeof member === "bigint" ? String(member) : member)) ?? "none"
    );
  } catch {
    return "(not JSON)";
  }
}
