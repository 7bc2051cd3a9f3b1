/** What a lint is about. Stable: scripts may go by it. */
export type LintCode =
  | "admissionregistration"
  | "calls-for-everything"
  | "condition-too-long"
  | "doubtful-ca"
  | "ignore-on-enforcing-entry"
  | "mutator-not-idempotent"
  | "policy-never-called"
  | "secrets-leave-cluster"
  | "too-many-match-conditions";

/** Something about a gate's registrations that their author should know. An `error` is one that no cluster would take. */
export interface Lint {
  readonly code: LintCode;
  readonly severity: "error" | "warning";
  /** `entries.NAME`, `policies.NAME` or `--ca:`. */
  readonly place: string;
  /** Goes on after the place, on one line. */
  readonly message: string;
}
