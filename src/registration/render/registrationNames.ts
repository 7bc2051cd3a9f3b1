/** The names of the webhook configurations of a gate: its own, and the canary of self-tests (`selfTestObjects`). */
export function registrationNames(gate: string, kind: "validating" | "mutating"): readonly string[] {
  return kind === "validating" ? [gate, `${gate}.canary`] : [gate];
}
