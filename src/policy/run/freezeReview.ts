import type { Review } from "../../protocol/review/Review.ts";

/** Freezes the objects of a review recursively, so that a policy that changes one throws a TypeError. Returns the same review. */
export function freezeReview(review: Review): Review {
  for (const part of [review.object, review.oldObject, review.options]) freeze(part);
  return review;
}

/** Uses a list instead of recursion, because an object may be nested deeper than the stack allows. */
function freeze(root: unknown): void {
  const pending = [root];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value !== "object" || value === null || Object.isFrozen(value)) continue;
    Object.freeze(value);
    for (const member of Object.values(value)) if (typeof member === "object" && member !== null) pending.push(member);
  }
}
