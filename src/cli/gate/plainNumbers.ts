import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { writeJson } from "../../protocol/json/writeJson.ts";
import type { Review } from "../../protocol/review/Review.ts";

/** A review as validators get it from a gate: its integers beyond 2^53 are numbers, and not bigints. */
export function plainNumbers(review: Review): Review {
  const { object, oldObject, options } = review;
  return { ...review, object: plain(object), oldObject: plain(oldObject), options: plain(options) };
}

function plain(object: JsonObject | null): JsonObject | null {
  const copy: unknown = JSON.parse(writeJson(object));
  return isJsonObject(copy) ? copy : null;
}
