import { isJsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";

/** The object of a review for people: `Pod shop/web`. */
export function objectText(review: Review): string {
  const { namespace, kind, subresource } = review;
  return `${kind.kind}${subresource === "" ? "" : ` (${subresource})`} ${namespace === "" ? "" : `${namespace}/`}${shownName(review)}`;
}

/** `gen-…` for a name that the API server completes. */
function shownName({ name, object }: Review): string {
  if (name !== "") return name;
  const prefix = isJsonObject(object?.metadata) ? object.metadata.generateName : undefined;
  return typeof prefix === "string" && prefix !== "" ? `${prefix}…` : "(no name)";
}
