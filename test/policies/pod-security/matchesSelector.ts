import type { PodSecurityEntry } from "../../../src/policies/pod-security/podSecurityByLabel.ts";

/** Whether labels match a selector (`metav1.LabelSelector`). */
export function matchesSelector(
  { matchExpressions }: PodSecurityEntry["namespaceSelector"],
  labels: Readonly<Record<string, string>>,
): boolean {
  return matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels[key];
    if (operator === "Exists") return value !== undefined;
    const isOne = value !== undefined && values.includes(value);
    return operator === "In" ? isOne : !isOne;
  });
}
