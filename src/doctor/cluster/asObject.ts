import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";

/** The value as an object; an empty object for a value of another type. */
export function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** The objects in an array; an empty array for a value of another type. */
export function asObjects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The value as text; undefined for a value of another type. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The texts in an array; an empty array for a value of another type. */
export function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((it) => typeof it === "string") : [];
}

/** A timestamp (RFC 3339) in milliseconds since 1970; undefined for any other value. */
export function asTime(value: unknown): number | undefined {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
