import { isJsonObject } from "./Json.ts";
import { pointerTo } from "./patch/PatchOperation.ts";

/** The deepest nesting that the gate accepts. Go's JSON decoder stops at 10,000 levels; Kubernetes objects have far fewer. */
export const MAX_JSON_DEPTH = 1000;

/** An object contains a value that JSON cannot represent: a function, a Date, NaN, a cycle. `path` is a JSON Pointer. */
export class NotJsonError extends Error {
  readonly code = "not-json-value";
  readonly path: string;
  constructor(path: string, found: string) {
    super(`${path || "/"} is ${found}, which JSON cannot represent`);
    this.name = "NotJsonError";
    this.path = path;
  }
}

/**
 * Copies a JSON value. Members that are undefined are omitted, as JSON.stringify does. Throws {@link NotJsonError}
 * where JSON.stringify would silently write null, call toJSON or recurse without end.
 */
export function assertJson(value: unknown, path = "", depth = 0): unknown {
  if (depth > MAX_JSON_DEPTH) throw tooDeep(path);
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new NotJsonError(path, String(value));
    return value;
  }
  // Array.from visits the holes of a sparse array as undefined. map would skip them.
  if (Array.isArray(value))
    return Array.from(value, (item: unknown, index) => assertJson(item, pointerTo(path, index), depth + 1));
  if (isJsonObject(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    // fromEntries defines members, so a member named __proto__ stays a member.
    return Object.fromEntries(
      members.map(([key, member]) => [key, assertJson(member, pointerTo(path, key), depth + 1)]),
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
