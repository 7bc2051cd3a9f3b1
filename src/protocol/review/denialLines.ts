import type { PolicyVerdict, Verdict } from "./Verdict.ts";

/**
 * The denials of a verdict, a line `POLICY: MESSAGE` for each policy and message. A denial that is not from a policy is its
 * message. Empty for an allowed verdict.
 */
export function denialLines(verdict: Verdict): string[] {
  if (verdict.allowed) return [];
  const lines = verdict.policies.flatMap(({ policy, findings }) =>
    findings.flatMap(({ effect, message }) => (effect === "deny" ? [`${policy}: ${message}`] : [])),
  );
  return lines.length === 0 ? [verdict.message] : [...new Set(lines)];
}

/**
 * What policies in mode `audit` would do in mode `enforce`, `would-deny POLICY: MESSAGE`, which the client does not see.
 * The effects are `would-deny`, `would-warn` and `would-patch`.
 */
export function auditLines(policies: readonly PolicyVerdict[]): string[] {
  const lines = policies
    .filter(({ mode }) => mode === "audit")
    .flatMap(({ policy, findings }) => findings.map(({ effect, message }) => `${effect} ${policy}: ${message}`));
  return [...new Set(lines)];
}
