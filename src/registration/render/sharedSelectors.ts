import type { LabelSelector } from "../../policy/match/LabelSelector.ts";
import type { NamespaceMatch } from "../../policy/match/namespaceMatcher.ts";
import { isDnsLabel } from "../../protocol/kubernetesNames.ts";
import { compareNames } from "./gateEntries.ts";
import type { RegisteredTarget } from "./registeredTargets.ts";
import { selectorFault } from "./selectorFault.ts";

/** What all policies of a webhook agree on, so that selectors can say it. */
export interface SharedSelectors {
  /** Names of which the namespace has to be one; undefined where that is not so for all. */
  readonly include: readonly string[] | undefined;
  /** Names that no policy wants. */
  readonly exclude: readonly string[];
  readonly labels: LabelSelector | undefined;
}

/** What selectors can say for all of some targets at once. A selector holds for each of them or is not used. */
export function sharedSelectors(targets: readonly RegisteredTarget[]): SharedSelectors {
  const matches = targets.map(({ policy }): NamespaceMatch => policy.match.namespaces ?? {});
  const [first] = matches;
  const includes = matches.map(({ include }) => include);
  const goByNamespace = targets.every(goesByNamespace);
  const areExact = includes.every((include) => include?.every(isDnsLabel));
  const exclude = (first?.exclude ?? [])
    .filter(isDnsLabel)
    .filter((name) => matches.every((match) => match.exclude?.includes(name) === true));
  return {
    include: areExact && goByNamespace ? sorted(includes.flatMap((include) => include ?? [])) : undefined,
    exclude: goByNamespace ? sorted(exclude) : [],
    labels: sharedLabels(targets),
  };
}

/** Sorted, each name once. */
export function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort(compareNames);
}

/**
 * Whether a namespaceSelector is sure to look at the labels of the object's namespace: for whatever resource is called
 * "namespaces", in any group, the API server looks at the object's own (`MatchNamespaceSelector`, k8s.io/apiserver),
 * which its author writes.
 */
function goesByNamespace({ resource }: RegisteredTarget): boolean {
  return resource !== "*" && resource !== "namespaces";
}

/** The labels that every policy demands of the object itself. Those of a Pod template are not the object's. */
function sharedLabels(targets: readonly RegisteredTarget[]): LabelSelector | undefined {
  const [first] = targets;
  const labels = first?.policy.match.labels;
  if (labels === undefined || labelsKey(labels) === undefined || selectorFault(labels) !== undefined) return undefined;
  const key = labelsKey(labels);
  const agree = targets.every(
    ({ policy, template }) => template.length === 0 && labelsKey(policy.match.labels ?? {}) === key,
  );
  return agree ? labels : undefined;
}

/** A text that two selectors share when they say the same in the same order; undefined for one that demands nothing. */
function labelsKey({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string | undefined {
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) return undefined;
  const labels = Object.entries(matchLabels).sort(([left], [right]) => compareNames(left, right));
  return JSON.stringify([labels, matchExpressions.map(({ key, operator, values }) => [key, operator, values])]);
}
