import type { Review } from "../protocol/Review.ts";

/** Freezes what a review's policies are shown, to the bottom, so that a policy that changes it throws a TypeError. Returns the same review. */
export function freezeReview(review: Review): Review {
  for (const part of [review.object, review.oldObject, review.options]) freeze(part);
  return review;
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
}
