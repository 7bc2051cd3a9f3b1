import type { LabelExpression, LabelSelector } from "../../policy/define/LabelSelector.ts";
import { celOneOf, celString } from "./celString.ts";

/**
 * A CEL condition: the object or the old object meets a label selector. It never fails, although a DELETE has no object,
 * the options of a CONNECT have no metadata, and many objects have no labels. `template` is the path to a Pod template
 * whose labels count instead. A workload without a template meets every selector, as in the gate. Undefined for a
 * selector that demands nothing.
 */
export function labelCel(selector: LabelSelector, template: readonly string[]): string | undefined {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const tests = [
    ...Object.entries(matchLabels).map(([key, value]) => has(key, [value])),
    ...matchExpressions.map(expressionCel),
  ];
  if (tests.length === 0) return undefined;
  const meets = `[${labelsAt(template)}].exists(l, ${tests.join(" && ")})`;
  const owner = hasPath(template);
  const holds = owner === undefined ? meets : `(!(${owner}) || ${meets})`;
  return `[object, oldObject].exists(o, o != null && ${holds})`;
}

function expressionCel({ key, operator, values = [] }: LabelExpression): string {
  switch (operator) {
    case "In":
      return has(key, values);
    case "NotIn":
      return `!(${has(key, values)})`;
    case "Exists":
      return `${celString(key)} in l`;
    case "DoesNotExist":
      return `!(${celString(key)} in l)`;
  }
}

function has(key: string, values: readonly string[]): string {
  const quoted = celString(key);
  return `${quoted} in l && ${celOneOf(`l[${quoted}]`, values)}`;
}

/** The labels at a path; empty where the object has none. */
function labelsAt(template: readonly string[]): string {
  const path = [...template, "metadata", "labels"];
  const labels = ["o", ...path].join(".");
  return `${hasPath(path)} && ${labels} != null ? ${labels} : {}`;
}

/** A CEL condition: every step of a path exists. Undefined for the object itself. */
function hasPath(path: readonly string[]): string | undefined {
  if (path.length === 0) return undefined;
  return path.map((_step, index) => `has(${["o", ...path.slice(0, index + 1)].join(".")})`).join(" && ");
}
