import type { Operation } from "../../protocol/review/Review.ts";
import { compareNames } from "../entry/gateEntries.ts";
import { coversCell, coversResource, OPERATIONS, type Rule, type RuleCell, type Scope } from "./Rule.ts";

/**
 * The rules that match exactly the cells. A rule is the cross product of its lists, so only cells that differ in one of
 * them are merged. The order of the cells does not matter. No list holds a name together with a wildcard that covers it,
 * because the API server refuses that.
 */
export function rulesOf(cells: readonly RuleCell[]): Rule[] {
  let rules = withoutCovered(mergeOperations(cells)).map(ruleOf).sort(compareRules);
  for (const dimension of ["scope", "apiVersions", "resources", "apiGroups"] as const) rules = merge(rules, dimension);
  return rules.sort(compareRules);
}

/** One cell for each group, version, resource and scope, with the operations of all. */
function mergeOperations(cells: readonly RuleCell[]): RuleCell[] {
  const byKey = new Map<string, RuleCell & { readonly operations: Set<Operation> }>();
  for (const { operations, ...rest } of cells) {
    const key = JSON.stringify([rest.group, rest.version, rest.resource, rest.scope]);
    const known = byKey.get(key);
    byKey.set(key, { ...rest, operations: new Set([...(known?.operations ?? []), ...operations]) });
  }
  return [...byKey.values()];
}

/** The cells without the operations that another cell covers. */
function withoutCovered(cells: readonly RuleCell[]): RuleCell[] {
  return cells
    .map((cell) => {
      const operations = new Set(cell.operations);
      for (const other of cells)
        if (other !== cell && coversCell(other, cell))
          for (const covered of other.operations) operations.delete(covered);
      return { ...cell, operations };
    })
    .filter(({ operations }) => operations.size > 0);
}

function ruleOf({ group, version, resource, scope, operations }: RuleCell): Rule {
  return {
    apiGroups: [group],
    apiVersions: [version],
    operations: OPERATIONS.filter((operation) => operations.has(operation)),
    resources: [resource],
    scope,
  };
}

/** Merges rules that differ only in one list. The lists of all rules are sorted. */
function merge(rules: readonly Rule[], dimension: "scope" | "apiVersions" | "resources" | "apiGroups"): Rule[] {
  const byRest = new Map<string, Rule[]>();
  for (const rule of rules) {
    const key = JSON.stringify({ ...rule, [dimension]: undefined });
    byRest.set(key, [...(byRest.get(key) ?? []), rule]);
  }
  return [...byRest.values()].map((alike) => join(alike, dimension));
}

function join(alike: readonly Rule[], dimension: "scope" | "apiVersions" | "resources" | "apiGroups"): Rule {
  const [first] = alike;
  if (first === undefined) throw new RangeError("nothing to join");
  if (dimension === "scope") {
    const scopes = new Set(alike.map(({ scope }) => scope));
    const scope: Scope = scopes.size > 1 ? "*" : first.scope;
    return { ...first, scope };
  }
  const all = [...new Set(alike.flatMap((rule) => rule[dimension]))].sort(compareNames);
  const covers = dimension === "resources" ? coversResource : (wide: string): boolean => wide === "*";
  const needed = all.filter((name) => !all.some((other) => other !== name && covers(other, name)));
  return { ...first, [dimension]: needed };
}

function compareRules(left: Rule, right: Rule): number {
  return compareNames(JSON.stringify(left), JSON.stringify(right));
}
