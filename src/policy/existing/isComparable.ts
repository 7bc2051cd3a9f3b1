import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";

/** Larger states are not compared: the second judging must not take longer than the first. */
const MAX_VALUES = 20_000;
const MAX_DEPTH = 64;
const MAX_KEY_LENGTH = 512;

/** Whether two states of an object are small enough to compare. */
export function isComparable(...states: readonly JsonObject[]): boolean {
  let values = 0;
  const pending: [value: unknown, depth: number][] = states.map((state) => [state, 0]);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, depth] = next;
    values += 1;
    if (values + pending.length > MAX_VALUES || depth > MAX_DEPTH) return false;
    if (Array.isArray(value)) for (const item of value) pending.push([item, depth + 1]);
    else if (isJsonObject(value))
      for (const [key, member] of Object.entries(value)) {
        if (key.length > MAX_KEY_LENGTH) return false;
        pending.push([member, depth + 1]);
      }
  }
  return true;
}
