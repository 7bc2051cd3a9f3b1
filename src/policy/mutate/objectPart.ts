import { isJsonObject } from "../../protocol/Json.ts";

/** The member names from an object to one of its parts. */
export type PartPath = readonly string[];

/** The part of an object at a path; undefined when there is none. */
export function objectPart(root: unknown, path: PartPath): unknown {
  let at = root;
  for (const key of path)
    at = typeof at === "object" && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
  return at;
}

/** A copy of a JSON object with another part at a path; without it, for undefined. Shares the other parts. */
export function withPart(root: unknown, [key, ...rest]: PartPath, part: unknown): unknown {
  if (key === undefined) return part;
  const copy: Record<string, unknown> = { ...(isJsonObject(root) ? root : {}) };
  const inner = withPart(copy[key], rest, part);
  if (inner === undefined) delete copy[key];
  else copy[key] = inner;
  return copy;
}

/** The part at a path when it is a list; else an empty list. */
export function listPart(root: unknown, path: PartPath): readonly unknown[] {
  const part = objectPart(root, path);
  return Array.isArray(part) ? part : [];
}
