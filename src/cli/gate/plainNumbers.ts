import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { writeJson } from "../../protocol/json/writeJson.ts";
import type { Review } from "../../protocol/review/Review.ts";

/** A review as validators get it from a gate: its integers beyond 2^53 are numbers, and not bigints. */
export function plainNumbers(review: Review): Review {
  const { object, oldObject, options } = review;
  if (![object, oldObject, options].some(hasBigint)) return review;
  return { ...review, object: plain(object), oldObject: plain(oldObject), options: plain(options) };
}

/** Uses a list instead of recursion, because an object may be nested deeper than the stack allows. */
function hasBigint(root: unknown): boolean {
  const pending = [root];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value === "bigint") return true;
    if (typeof value === "object" && value !== null)
      for (const member of Object.values(value))
        if (typeof member === "object" || typeof member === "bigint") pending.push(member);
  }
  return false;
}

function plain(object: JsonObject | null): JsonObject | null {
  const copy: unknown = JSON.parse(writeJson(object));
  return isJsonObject(copy) ? copy : null;
}
