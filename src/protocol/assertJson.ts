import { isJsonObject } from "./Json.ts";
import { pointerTo } from "./patch/PatchOperation.ts";

/** Go's JSON decoder gives up at 10,000 levels; nothing that Kubernetes stores comes near this. */
const DEPTH = 1000;

/** A value that JSON cannot carry was put into an object: a function, a Date, NaN, a cycle. `path` is a JSON Pointer. */
export class NotJsonError extends Error {
  readonly code = "not-json-value";
  readonly path: string;
  constructor(path: string, found: string) {
    super(`${path || "/"} is ${found}, which JSON cannot carry`);
    this.name = "NotJsonError";
    this.path = path;
  }
}

/**
 * Copies a value as JSON would carry it: members that are undefined are left out. Throws {@link NotJsonError} where
 * JSON.stringify would silently write null, call toJSON or recurse for ever.
 */
export function assertJson(value: unknown, path = "", depth = 0): unknown {
  if (depth > DEPTH) throw new NotJsonError(path.slice(0, 200), "nested too deeply, or a cycle");
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new NotJsonError(path, String(value));
    return value;
  }
  // Array.from visits the holes of a sparse array as undefined; map would skip them.
  if (Array.isArray(value))
    return Array.from(value, (item: unknown, index) => assertJson(item, pointerTo(path, index), depth + 1));
  if (isJsonObject(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    // fromEntries defines members, so that one named __proto__ stays a member.
    return Object.fromEntries(
      members.map(([key, member]) => [key, assertJson(member, pointerTo(path, key), depth + 1)]),
    );
  }
  throw new NotJsonError(path, describe(value));
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === undefined ? "undefined" : `a ${typeof value}`;
  return `a ${value.constructor?.name ?? "object"}`;
}
