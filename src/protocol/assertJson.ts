import { isJsonObject } from "./Json.ts";
import { exactInteger, mayBeRounded } from "./json/exactInteger.ts";
import type { GivenNumbers } from "./json/GivenNumbers.ts";
import { pointerTo } from "./patch/PatchOperation.ts";

/** The deepest nesting that the gate accepts. Go's JSON decoder stops at 10,000 levels; Kubernetes objects have far fewer. */
export const MAX_JSON_DEPTH = 1000;

/**
 * An object contains a value that JSON cannot represent: a function, a Date, NaN, a cycle, an integer whose digits are in
 * doubt. `path` is a JSON Pointer. The message repeats no value.
 */
export class NotJsonError extends Error {
  readonly code = "not-json-value";
  readonly path: string;
  constructor(path: string, found: string, fault = "which JSON cannot represent") {
    super(`${path || "/"} is ${found}, ${fault}`);
    this.name = "NotJsonError";
    this.path = path;
  }
}

/**
 * Copies a JSON value. Members that are undefined are omitted, as JSON.stringify does. Throws {@link NotJsonError}
 * where JSON.stringify would silently write null, call toJSON or recurse without end.
 *
 * Integers keep their digits: a bigint stays one where a number may not hold it. Throws for a bigint beyond int64, and for a
 * number that may be a rounded int64, except those that were `given`.
 */
export function assertJson(value: unknown, path = "", depth = 0, given?: GivenNumbers): unknown {
  if (depth > MAX_JSON_DEPTH) throw tooDeep(path);
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new NotJsonError(path, String(value));
    if (mayBeRounded(value) && given?.has(value) !== true)
      throw new NotJsonError(path, "a number beyond 2^53", "which may be rounded: such an integer must be a bigint");
    return value;
  }
  if (typeof value === "bigint") {
    const exact = exactInteger(value);
    if (typeof exact === "number" && !Number.isSafeInteger(exact))
      throw new NotJsonError(path, "a bigint beyond int64", "which the API server would round");
    return exact;
  }
  // Array.from visits the holes of a sparse array as undefined. map would skip them.
  if (Array.isArray(value))
    return Array.from(value, (item: unknown, index) => assertJson(item, pointerTo(path, index), depth + 1, given));
  if (isJsonObject(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    // fromEntries defines members, so a member named __proto__ stays a member.
    return Object.fromEntries(
      members.map(([key, member]) => [key, assertJson(member, pointerTo(path, key), depth + 1, given)]),
    );
  }
  throw new NotJsonError(path, describe(value));
}

/** The error for a value with more than {@link MAX_JSON_DEPTH} levels. Its path is shortened. */
export function tooDeep(path: string): NotJsonError {
  return new NotJsonError(path.slice(0, 200), "nested too deeply, or a cycle");
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === undefined ? "undefined" : `a ${typeof value}`;
  return `a ${value.constructor?.name ?? "object"}`;
}
