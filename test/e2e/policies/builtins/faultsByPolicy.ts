import type { Policy } from "../../../../src/policy/define/policy.ts";
import type { Review } from "../../../../src/protocol/review/Review.ts";
import { judge } from "../../../policies/judge.ts";

/**
 * Whether each of the policies that a review is for finds a fault in it, which would deny it or warn of it. What the object had
 * before an update is none.
 */
export async function faultsByPolicy(
  policies: readonly Policy[],
  review: Review,
): Promise<ReadonlyMap<string, boolean>> {
  const verdict = await judge(policies, review, "validate");
  const found = new Map<string, boolean>();
  // A policy can judge an object and its Pod template.
  for (const { policy, findings } of verdict.policies)
    found.set(policy, found.get(policy) === true || findings.some(({ effect }) => effect !== "existing"));
  return found;
}
