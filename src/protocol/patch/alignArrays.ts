import { isJsonObject } from "../Json.ts";
import { writeJson } from "../json/writeJson.ts";
import { deepEqual } from "./deepEqual.ts";

/** The change of one array element: kept (perhaps with changes inside), inserted, or removed. */
export type AlignmentStep = "keep" | "insert" | "remove";

/** The largest table of edit distances. Longer arrays are paired by position: the patch is correct, but not the shortest. */
const MAX_CELLS = 10_000;

/**
 * Returns the steps that turn one array into the other with the fewest operations. Equal elements at both ends are kept;
 * an edit distance decides about the elements between them. Elements with the same `name` count as the same element,
 * as in Kubernetes' merge of lists (`patchMergeKey: name`).
 */
export function alignArrays(before: readonly unknown[], after: readonly unknown[]): AlignmentStep[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && deepEqual(before[head], after[head])) head += 1;
  let tail = 0;
  while (tail < shorter - head && deepEqual(before[before.length - 1 - tail], after[after.length - 1 - tail]))
    tail += 1;
  const middle = alignMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return [...repeat("keep", head), ...middle, ...repeat("keep", tail)];
}

function alignMiddle(before: readonly unknown[], after: readonly unknown[]): AlignmentStep[] {
  if (before.length === 0) return repeat("insert", after.length);
  if (after.length === 0) return repeat("remove", before.length);
  if (before.length * after.length > MAX_CELLS) return alignByPosition(before.length, after.length);
  const width = after.length + 1;
  const changeCost = costsOf(before, after);
  const cost = new Float64Array((before.length + 1) * width);
  const at = (row: number, column: number): number => cost[row * width + column] ?? Number.POSITIVE_INFINITY;
  for (let row = before.length; row >= 0; row -= 1) {
    for (let column = after.length; column >= 0; column -= 1) {
      if (row === before.length) cost[row * width + column] = after.length - column;
      else if (column === after.length) cost[row * width + column] = before.length - row;
      else
        cost[row * width + column] = Math.min(
          at(row + 1, column + 1) + changeCost(row, column),
          at(row, column + 1) + 1,
          at(row + 1, column) + 1,
        );
    }
  }
  const steps: AlignmentStep[] = [];
  let row = 0;
  let column = 0;
  while (row < before.length || column < after.length) {
    const best = at(row, column);
    if (row < before.length && column < after.length && best === at(row + 1, column + 1) + changeCost(row, column)) {
      steps.push("keep");
      row += 1;
      column += 1;
    } else if (column < after.length && best === at(row, column + 1) + 1) {
      steps.push("insert");
      column += 1;
    } else {
      steps.push("remove");
      row += 1;
    }
  }
  return steps;
}

/**
 * The cost of keeping an element: from 0 for an equal one to 2 for a removal and an insertion. Halves are exact in floating
 * point. Elements are compared as texts, each written once: each one is compared with many.
 */
function costsOf(before: readonly unknown[], after: readonly unknown[]): (row: number, column: number) => number {
  const [left, right] = [textsOf(before), textsOf(after)];
  return (row, column) => {
    // Different names settle most pairs of containers, volumes and variables without a comparison.
    if (nameOf(before[row]) !== nameOf(after[column])) return 1.5;
    return before[row] === after[column] || left(row) === right(column) ? 0 : 1;
  };
}

function textsOf(elements: readonly unknown[]): (index: number) => string {
  const texts: (string | undefined)[] = [];
  return (index) => {
    texts[index] ??= writeJson(elements[index]);
    return texts[index] ?? "";
  };
}

/** The name of an element, by which it is the same element before and after; undefined without one. */
export function nameOf(element: unknown): unknown {
  return isJsonObject(element) ? element.name : undefined;
}

function alignByPosition(before: number, after: number): AlignmentStep[] {
  const shared = Math.min(before, after);
  return [...repeat("keep", shared), ...repeat("insert", after - shared), ...repeat("remove", before - shared)];
}

function repeat(step: AlignmentStep, count: number): AlignmentStep[] {
  return new Array<AlignmentStep>(count).fill(step);
}
