import type { Policy } from "../define/policy.ts";

/** A policy that matches a review, and the part of the object that it sees. */
export interface PolicyHit {
  readonly policy: Policy;
  /** The path of the Pod template that the policy sees; empty for the object itself. */
  readonly template: readonly string[];
  /** Whether objects without the Pod template do not match. */
  readonly optional?: boolean;
  /** The policy's position in the gate's list. */
  readonly order: number;
  /** Where the review came in a version that the policy does not judge: those that it judges, such as `autoscaling/v2`. It must not run then. */
  readonly otherVersions?: readonly string[];
}
