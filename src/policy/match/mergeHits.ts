import type { PolicyHit } from "./PolicyHit.ts";

/** Merges two lists that have the order of the gate. Returns one of them itself when the other is empty. */
export function mergeHits(left: readonly PolicyHit[], right: readonly PolicyHit[]): readonly PolicyHit[] {
  if (right.length === 0) return left;
  if (left.length === 0) return right;
  const merged: PolicyHit[] = [];
  let next = 0;
  for (const hit of left) {
    for (let other = right[next]; other !== undefined && other.order < hit.order; other = right[next]) {
      merged.push(other);
      next += 1;
    }
    merged.push(hit);
  }
  for (; next < right.length; next += 1) {
    const other = right[next];
    if (other !== undefined) merged.push(other);
  }
  return merged;
}
