import type { Review } from "../../protocol/review/Review.ts";

/** Freezes what a review's policies are shown, to the bottom, so that a policy that changes it throws a TypeError. Returns the same review. */
export function freezeReview(review: Review): Review {
  for (const part of [review.object, review.oldObject, review.options]) freeze(part);
  return review;
}

/** With a list instead of recursion: an object may be nested more deeply than the stack is. */
function freeze(root: unknown): void {
  const left = [root];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value !== "object" || value === null || Object.isFrozen(value)) continue;
    Object.freeze(value);
    left.push(...Object.values(value).filter((member) => typeof member === "object" && member !== null));
  }
}
