import type { LabelSelector } from "../../policy/define/LabelSelector.ts";
import type { NamespaceMatch } from "../../policy/define/Match.ts";
import { isDnsLabel } from "../../protocol/kubernetesNames.ts";
import { compareNames } from "../entry/gateEntries.ts";
import { selectorFault } from "../entry/selectorFault.ts";
import type { RegisteredTarget } from "./registeredTargets.ts";

/** Demands that all policies of a webhook share, so that selectors can express them. */
export interface SharedSelectors {
  /** The namespace must have one of these names; undefined when some policy does not demand that. */
  readonly include: readonly string[] | undefined;
  /** Names that every policy excludes. */
  readonly exclude: readonly string[];
  /** Labels that every policy demands of the object. */
  readonly labels: LabelSelector | undefined;
}

/** The selectors that hold for every one of the targets. */
export function sharedSelectors(targets: readonly RegisteredTarget[]): SharedSelectors {
  const matches = targets.map(({ policy }): NamespaceMatch => policy.match.namespaces ?? {});
  const [first] = matches;
  const includes = matches.map(({ include }) => include);
  const useNamespaceLabels = targets.every(usesNamespaceLabels);
  const areExact = includes.every((include) => include?.every(isDnsLabel));
  const exclude = (first?.exclude ?? [])
    .filter(isDnsLabel)
    .filter((name) => matches.every((match) => match.exclude?.includes(name) === true));
  return {
    include: areExact && useNamespaceLabels ? sorted(includes.flatMap((include) => include ?? [])) : undefined,
    exclude: useNamespaceLabels ? sorted(exclude) : [],
    labels: sharedLabels(targets),
  };
}

/** The names in order, without duplicates. */
export function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort(compareNames);
}

/**
 * Whether a namespaceSelector matches the labels of the object's namespace. For a resource with the name "namespaces", in
 * any group, the API server uses the labels of the object itself (`MatchNamespaceSelector`, k8s.io/apiserver), which its
 * author controls.
 */
function usesNamespaceLabels({ resource }: RegisteredTarget): boolean {
  return resource !== "*" && resource !== "namespaces";
}

/** The labels that every policy demands of the object itself. Labels of a Pod template do not count. */
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

/** A key that equal selectors share; undefined for a selector that demands nothing. */
function labelsKey({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string | undefined {
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) return undefined;
  const labels = Object.entries(matchLabels).sort(([left], [right]) => compareNames(left, right));
  return JSON.stringify([labels, matchExpressions.map(({ key, operator, values }) => [key, operator, values])]);
}
