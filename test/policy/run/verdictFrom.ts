import type { Finding } from "../../../src/policy/define/Finding.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import type { DeadlineFallback } from "../../../src/policy/define/policy.ts";
import type { Outcome } from "../../../src/policy/run/Outcome.ts";
import { verdictOf } from "../../../src/policy/run/verdictOf.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import type { Verdict } from "../../../src/protocol/review/Verdict.ts";
import { frozenReview, testRun, validator } from "../policyRun.ts";

const POD = frozenReview("validate-v1-create-pods-1");

const policyNamed = (name: string, onDeadline?: DeadlineFallback) => validator(name, () => undefined, onDeadline);

/** A patch that is not applied. The value of its label is s3cret. */
export const PATCH = [
  { op: "add", path: "/metadata/labels", value: { a: "s3cret" } },
  { op: "remove", path: "/spec/b" },
] as const;

/** A policy that failed. */
export const FAILED: Outcome = { policy: policyNamed("p"), result: "failed" };

/** A policy that returned findings. */
export const found = (name: string, ...findings: readonly Finding[]): Outcome => ({
  policy: policyNamed(name),
  result: "findings",
  findings,
});

/** A mutator whose patch is not applied. */
export const withheld = (
  patch: Extract<Outcome, { result: "withheld" }>["patch"],
  ...findings: Finding[]
): Outcome => ({ policy: policyNamed("p"), result: "withheld", findings, patch });

/** A policy that missed the deadline. */
export const missed = (onDeadline: DeadlineFallback): Outcome => ({
  policy: policyNamed("p", onDeadline),
  result: "missed-deadline",
});

/** A policy that does not judge the version of the review. */
export const OTHER_VERSION: Outcome = { policy: policyNamed("p"), result: "other-version", versions: ["v7", "v8"] };

/** What {@link verdictFrom} needs besides the outcomes. The default mode of every policy is `enforce`. */
export interface VerdictOptions {
  readonly modes?: Readonly<Record<string, Mode>>;
  readonly review?: Review;
  readonly existing?: readonly Finding[];
}

/** The verdict on outcomes. */
export function verdictFrom(
  outcomes: readonly Outcome[],
  { modes = {}, review = POD, existing = [] }: VerdictOptions = {},
): Verdict {
  const { settings } = testRun(review, { modes });
  return verdictOf(outcomes, { review, settings, existing: new Set(existing) });
}
