import type { Review } from "../../protocol/review/Review.ts";

/** Whether the object of a review is a Secret, whose values are not reported. */
export function isSecret({ resource }: Review): boolean {
  return resource.group === "" && resource.resource === "secrets";
}
