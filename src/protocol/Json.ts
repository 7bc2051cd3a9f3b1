/** Any JSON value (RFC 8259). */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object with unchecked members. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** Whether a value is a JSON object. False for null, arrays and class instances such as Date. */
export function isJsonObject(value: unknown): value is JsonObject {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
