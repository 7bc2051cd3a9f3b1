import type { Review } from "../../protocol/review/Review.ts";

/** Whether a review is of a Namespace object. */
export function isNamespaceObject({ resource }: Pick<Review, "resource">): boolean {
  return resource.group === "" && resource.resource === "namespaces";
}

/** The namespace that a review is about: that of the object, or the name of a Namespace. Empty for other cluster-scoped objects. */
export function targetNamespace(review: Pick<Review, "resource" | "namespace" | "name">): string {
  return isNamespaceObject(review) ? review.namespace || review.name : review.namespace;
}
