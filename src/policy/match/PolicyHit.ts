import type { Policy } from "../define/policy.ts";
/** A policy that matches a review, and what part of the object it is shown. */
export interface PolicyHit {
  readonly policy: Policy;
  /** Empty for the object itself, else the way to its Pod template. */
  readonly template: readonly string[];
  /** Where it stands among all policies. */
  readonly order: number;
}
