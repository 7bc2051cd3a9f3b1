import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";

/** The UPDATE of an annotation of an object that is older than the gate. */
export function updateOfOlder(review: Review): Review {
  const { object } = review;
  const annotated = withMetadata(object, { annotations: { ...annotationsOf(object), note: "changed by a client" } });
  return { ...review, operation: "UPDATE", object: annotated, oldObject: object };
}

/** A copy of an object with other members of its metadata. */
export function withMetadata(object: JsonObject | null, metadata: JsonObject): JsonObject {
  return { ...object, metadata: { ...Object(object?.metadata), ...metadata } };
}

function annotationsOf(object: JsonObject | null): JsonObject {
  const metadata = isJsonObject(object?.metadata) ? object.metadata : {};
  return isJsonObject(metadata.annotations) ? metadata.annotations : {};
}
