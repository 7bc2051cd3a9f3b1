import type { DecodeFault } from "./review/DecodeResult.ts";

/**
 * The parts of the generated checks (`infra/checks`). Each has the rule of zod for the same thing, which a test compares.
 */

/** Whether a value is an object and no list, as `z.object` and `z.record` accept it. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a text has at most `max` code points, as `z.maxLength` counts. Most texts are not counted: units are never fewer. */
export function isWithin(text: string, max: number): boolean {
  return text.length <= max || (text.length <= 2 * max && [...text].length <= max);
}

/** The fault of an object with members that a `z.strictObject` does not have; undefined without one. */
export function unknownKeysFault(value: object, known: readonly string[], path: string): DecodeFault | undefined {
  const unknown: string[] = [];
  for (const key in value) if (!known.includes(key)) unknown.push(JSON.stringify(key));
  if (unknown.length === 0) return undefined;
  return shapeFault(path, `unknown ${unknown.length === 1 ? "key" : "keys"} ${unknown.join(", ")}`);
}

/** A fault about the shape of a value. The empty path is the whole body. */
export function shapeFault(path: string, expected: string): DecodeFault {
  return { path: path || "(body)", expected, about: "shape" };
}
