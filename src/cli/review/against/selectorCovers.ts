import type { LabelExpression, LabelSelector } from "../../../policy/define/LabelSelector.ts";

/**
 * Whether a selector matches all labels that another one matches: each of its requirements follows from one of the other.
 * Undefined matches everything. Never true where it does not.
 */
export function selectorCovers(wide: LabelSelector | undefined, narrow: LabelSelector | undefined): boolean {
  const given = requirements(narrow);
  return requirements(wide).every((wanted) => given.some((one) => follows(wanted, one)));
}

function requirements({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}): readonly LabelExpression[] {
  const labels = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: "In" as const, values: [value] }));
  return [...labels, ...matchExpressions];
}

/** Whether labels that meet `given` meet `wanted`. */
function follows(wanted: LabelExpression, given: LabelExpression): boolean {
  if (wanted.key !== given.key) return false;
  const [wide, narrow] = [wanted.values ?? [], given.values ?? []];
  switch (wanted.operator) {
    case "In":
      return given.operator === "In" && narrow.every((it) => wide.includes(it));
    case "NotIn":
      if (given.operator === "In") return !narrow.some((it) => wide.includes(it));
      return (
        given.operator === "DoesNotExist" || (given.operator === "NotIn" && wide.every((it) => narrow.includes(it)))
      );
    case "Exists":
      return given.operator === "Exists" || given.operator === "In";
    case "DoesNotExist":
      return given.operator === "DoesNotExist";
  }
}
