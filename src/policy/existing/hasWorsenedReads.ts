import { isJsonObject } from "../../protocol/Json.ts";
import { writeJson } from "../../protocol/json/writeJson.ts";
import { deepEqual } from "../../protocol/patch/deepEqual.ts";
import type { FieldReads } from "./FieldReads.ts";
import { pairItems } from "./itemIdentity.ts";

/**
 * Whether something of an object got worse that a policy looks at: a value that it read was changed or removed; or, in an
 * object of which it read a simple value, something was removed or a boolean changed. A policy that reports what is
 * missing may stop at the first thing that is missing, and not read the rest.
 */
export function hasWorsenedReads(before: unknown, after: unknown, reads: FieldReads, isRoot = true): boolean {
  if (Array.isArray(before))
    return pairItems(before, Array.isArray(after) ? after : []).some(
      ({ before: old, after: now }) => old !== undefined && hasWorsenedReads(old, now, reads, false),
    );
  if (!isJsonObject(before)) return false;
  const now = isJsonObject(after) ? after : {};
  // All of an object is near its root.
  const isNear = !isRoot && (reads.hasLeaf(before) || (isJsonObject(after) && reads.hasLeaf(after)));
  return Object.entries(before).some(([key, value]) => {
    const isRead = reads.isLeaf(before, key) || (isJsonObject(after) && reads.isLeaf(after, key));
    if (isRead && !deepEqual(value, now[key])) return true;
    return (isNear && lost(value, now[key])) || hasWorsenedReads(value, now[key], reads, false);
  });
}

/** Whether something was removed or a boolean changed. Lists of objects are not looked into. */
function lost(before: unknown, after: unknown): boolean {
  if (before !== undefined && after === undefined) return true;
  if (typeof before === "boolean") return before !== after;
  if (Array.isArray(before)) {
    if (before.some(isJsonObject) || !Array.isArray(after)) return false;
    const kept = new Set(after.map(writeJson));
    return before.some((item) => !kept.has(writeJson(item)));
  }
  if (!isJsonObject(before)) return false;
  return !isJsonObject(after) || Object.entries(before).some(([key, value]) => lost(value, after[key]));
}
