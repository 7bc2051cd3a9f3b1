/** Any value that JSON can carry (RFC 8259). */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object whose members are not known yet. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** True for a JSON object: not null, not an array, not a class instance such as Date. */
export function isJsonObject(value: unknown): value is JsonObject {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
