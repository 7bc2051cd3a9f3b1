/** How bad something is. `info` is nothing wrong: what is so, or what could not be looked at. */
export type Severity = "error" | "warning" | "info";

/** What was found. Part of the API: callers match on these. */
export type DiagnosisCode =
  | "no-registration"
  | "unreachable"
  | "address-silent"
  | "refused-chain"
  | "unverified-chain"
  | "bad-bundle"
  | "private-key-in-bundle"
  | "no-root-in-bundle"
  | "expired-root"
  | "runs-out"
  | "bad-url"
  | "not-the-gates-url"
  | "several-urls"
  | "unlisted-host"
  | "clock-skew"
  | "gitops-owner"
  | "gitops"
  | "other-writer"
  | "ca-injector"
  | "fight"
  | "stuck-phase"
  | "sync-missing"
  | "sync-suspended"
  | "sync-failing"
  | "sync-stopped"
  | "sync-lacks-right"
  | "sync-finding"
  | "not-in-step"
  | "cannot-be-called"
  | "self-test-unsigned"
  | "self-test-not-made"
  | "policy-not-called"
  | "unknown-entry"
  | "outdated-registration"
  | "ignores-failures"
  | "guard-missing"
  | "machinery-called"
  | "long-timeout"
  | "other-webhook-runs-out"
  | "not-renewed"
  | "renewal-failing"
  | "nobody-renews"
  | "body-limit"
  | "not-seen";

/** One thing that `postern doctor` has to say. */
export interface Diagnosis {
  readonly code: DiagnosisCode;
  readonly severity: Severity;
  /** A registration, an endpoint, or another object of the cluster. */
  readonly about: string;
  readonly message: string;
  /** What to do, as an instruction. */
  readonly todo: string;
}

const RANKS: readonly Severity[] = ["error", "warning", "info"];

/** Worst first; of the same severity in the order in which they were found. Whatever is said twice is said once. */
export function bySeverity(diagnoses: readonly Diagnosis[]): Diagnosis[] {
  const distinct = new Map(diagnoses.map((it) => [JSON.stringify([it.code, it.about, it.message]), it]));
  return [...distinct.values()].sort((left, right) => RANKS.indexOf(left.severity) - RANKS.indexOf(right.severity));
}
