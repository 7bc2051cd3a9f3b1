import type { AlertRule } from "./observabilityFiles.ts";

/** A rule with one change, which its tests have to notice. */
export interface Mutant {
  readonly what: string;
  readonly rule: AlertRule;
}

/** The opposite of each comparison, and of each way to join two vectors. */
const OPPOSITES: Readonly<Record<string, string>> = {
  "<": ">=",
  ">": "<=",
  "==": "!=",
  and: "or",
  or: "and",
};

/**
 * A rule with each of its numbers doubled and halved, each comparison and each `and` turned around, each value of a label
 * replaced, and its duration doubled and removed.
 */
export function mutantsOf(rule: AlertRule): Mutant[] {
  const parts: readonly string[] = rule.expr.match(/"[^"]*"|\[[^\]]*\]|\w[\w.]*|[<>=!~]+|\s+|./g) ?? [];
  const changes = parts.flatMap((part, index) =>
    changesOf(part).map(
      (change): Mutant => ({
        what: `${part} at ${index} becomes ${change}`,
        rule: { ...rule, expr: parts.with(index, change).join("") },
      }),
    ),
  );
  const { for: duration, ...without } = rule;
  if (duration === undefined) return changes;
  const doubled = `${2 * Number.parseInt(duration, 10)}m`;
  return [...changes, { what: `for ${doubled}`, rule: { ...rule, for: doubled } }, { what: "no for", rule: without }];
}

function changesOf(part: string): string[] {
  const opposite = OPPOSITES[part];
  if (opposite !== undefined) return [opposite];
  if (part.startsWith('"')) {
    const values = part.slice(1, -1).split("|");
    return values.map((_, index) => `"${values.with(index, "x").join("|")}"`);
  }
  if (!/^[\d.]+$/.test(part)) return [];
  const value = Number(part);
  return value === 0 ? ["1"] : [String(value * 2), String(value / 2)];
}
