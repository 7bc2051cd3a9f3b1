import type { Operation } from "../../protocol/review/Review.ts";
import { compareNames } from "./gateEntries.ts";
import { coversCell, coversResource, OPERATIONS, type Rule, type RuleCell, type Scope } from "./Rule.ts";

/** A rule in the making: all of its lists are sorted. */
type Box = Rule;

/**
 * The rules that match what the cells name and nothing else: a rule is the cross product of its lists, so only what
 * agrees in all of them but one is put together. The same cells in another order give the same rules, and none has a
 * name beside a wildcard that covers it, which the API server refuses.
 */
export function rulesOf(cells: readonly RuleCell[]): Rule[] {
  let boxes = withoutCovered(mergeOperations(cells)).map(boxOf).sort(compareBoxes);
  for (const dimension of ["scope", "apiVersions", "resources", "apiGroups"] as const) boxes = merge(boxes, dimension);
  return boxes.sort(compareBoxes);
}

/** One cell for each resource, version and scope; what both scopes have stands under `*`. */
function mergeOperations(cells: readonly RuleCell[]): RuleCell[] {
  const byPlace = new Map<string, RuleCell & { readonly operations: Set<Operation> }>();
  for (const { operations, ...place } of cells) {
    const key = JSON.stringify([place.group, place.version, place.resource, place.scope]);
    const known = byPlace.get(key);
    byPlace.set(key, { ...place, operations: new Set([...(known?.operations ?? []), ...operations]) });
  }
  return [...byPlace.values()];
}

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

function boxOf({ group, version, resource, scope, operations }: RuleCell): Box {
  return {
    apiGroups: [group],
    apiVersions: [version],
    operations: OPERATIONS.filter((operation) => operations.has(operation)),
    resources: [resource],
    scope,
  };
}

/** Joins boxes that differ in one list only. */
function merge(boxes: readonly Box[], dimension: "scope" | "apiVersions" | "resources" | "apiGroups"): Box[] {
  const byRest = new Map<string, Box[]>();
  for (const box of boxes) {
    const key = JSON.stringify({ ...box, [dimension]: undefined });
    byRest.set(key, [...(byRest.get(key) ?? []), box]);
  }
  return [...byRest.values()].map((alike) => join(alike, dimension));
}

function join(alike: readonly Box[], dimension: "scope" | "apiVersions" | "resources" | "apiGroups"): Box {
  const [first] = alike;
  if (first === undefined) throw new RangeError("nothing to join");
  if (dimension === "scope") {
    const scopes = new Set(alike.map(({ scope }) => scope));
    const scope: Scope = scopes.size > 1 ? "*" : first.scope;
    return { ...first, scope };
  }
  const all = [...new Set(alike.flatMap((box) => box[dimension]))].sort(compareNames);
  const covers = dimension === "resources" ? coversResource : (wide: string): boolean => wide === "*";
  const needed = all.filter((name) => !all.some((other) => other !== name && covers(other, name)));
  return { ...first, [dimension]: needed };
}

function compareBoxes(left: Box, right: Box): number {
  return compareNames(JSON.stringify(left), JSON.stringify(right));
}
