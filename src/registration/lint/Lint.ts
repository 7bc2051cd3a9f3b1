/** Code of a lint. Stable: scripts may match on it. */
export type LintCode =
  /** A policy matches resources of `admissionregistration.k8s.io`. The API server calls no webhook for them. Use a ValidatingAdmissionPolicy. */
  | "admissionregistration"
  /** A policy matches nearly every object. The message estimates calls and costs for `--nodes` nodes. Name the resources. */
  | "calls-for-everything"
  /** The matchCondition of an entry would have more than 30,000 characters. It is left out, and the gate gets more calls. */
  | "condition-too-long"
  /** A certificate of `--ca` has expired, is not valid yet, or is not a CA certificate. */
  | "doubtful-ca"
  /** An entry sets `failurePolicy: Ignore` although one of its policies enforces. Requests that cannot reach the gate are allowed. */
  | "ignore-on-enforcing-entry"
  /** A mutator changes its own result, or two mutators undo each other. A second call must not change the object again. */
  | "mutator-not-idempotent"
  /** A policy matches objects for which the gate is never called. Change its match. */
  | "policy-never-called"
  /** The gate is called for Secrets, by name or by a wildcard. Their values leave the cluster. */
  | "secrets-leave-cluster"
  /** Error: a webhook would have more than 64 matchConditions, which the API server refuses. Remove conditions from the entry. */
  | "too-many-match-conditions";

/** Something about the registrations of a gate that its author should know. No cluster accepts an `error`. */
export interface Lint {
  readonly code: LintCode;
  readonly severity: "error" | "warning";
  /** `entries.NAME`, `policies.NAME` or `--ca:`. */
  readonly place: string;
  /** One line that continues the sentence after the place. */
  readonly message: string;
}
