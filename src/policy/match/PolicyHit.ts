import type { Policy } from "../define/policy.ts";

/** A policy that matches a review, and the part of the object that it sees. */
export interface PolicyHit {
  readonly policy: Policy;
  /** The path of the Pod template that the policy sees; empty for the object itself. */
  readonly template: readonly string[];
  /** The policy's position in the gate's list. */
  readonly order: number;
}
