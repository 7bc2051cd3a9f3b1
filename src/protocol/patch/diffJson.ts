import { assertJson, NotJsonError } from "../assertJson.ts";
import { isJsonObject, type JsonObject } from "../Json.ts";
import { alignArrays } from "./alignArrays.ts";
import { deepEqual } from "./deepEqual.ts";
import { type PatchOperation, pointerTo } from "./PatchOperation.ts";

const DEPTH = 1000;

/**
 * The JSON Patch (RFC 6902) that turns `before` into `after`; empty when they are the same. Subtrees that both share
 * by reference are not walked, so the cost follows what a draft touched and not the object's size.
 *
 * Written here because the libraries tried either rewrite every element behind an array insert or recurse once an
 * element.
 *
 * Throws {@link NotJsonError} when `after` holds what JSON cannot carry.
 */
export function diffJson(before: unknown, after: unknown): PatchOperation[] {
  const patch: PatchOperation[] = [];
  diffValue(before, after, "", patch, 0);
  return patch;
}

function diffValue(before: unknown, after: unknown, path: string, patch: PatchOperation[], depth: number): void {
  if (before === after) return;
  if (depth > DEPTH) throw new NotJsonError(path.slice(0, 200), "nested too deeply, or a cycle");
  if (Array.isArray(before) && Array.isArray(after)) diffArray(before, after, path, patch, depth);
  else if (isJsonObject(before) && isJsonObject(after)) diffObject(before, after, path, patch, depth);
  else patch.push({ op: "replace", path, value: assertJson(after, path) });
}

function diffObject(before: JsonObject, after: JsonObject, path: string, patch: PatchOperation[], depth: number): void {
  for (const key of Object.keys(before))
    if (!Object.hasOwn(after, key) || after[key] === undefined)
      patch.push({ op: "remove", path: pointerTo(path, key) });
  for (const key of Object.keys(after)) {
    const value = after[key];
    if (value === undefined) continue;
    const at = pointerTo(path, key);
    if (Object.hasOwn(before, key)) diffValue(before[key], value, at, patch, depth + 1);
    else patch.push({ op: "add", path: at, value: assertJson(value, at) });
  }
}

function diffArray(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
  patch: PatchOperation[],
  depth: number,
): void {
  let index = 0;
  let from = 0;
  let to = 0;
  for (const step of alignArrays(before, after)) {
    const at = pointerTo(path, index);
    if (step === "remove") {
      patch.push({ op: "remove", path: at });
      from += 1;
      continue;
    }
    const value = after[to];
    if (step === "insert") patch.push({ op: "add", path: at, value: assertJson(value, at) });
    else diffElement(before[from], value, at, patch, depth + 1);
    if (step !== "insert") from += 1;
    to += 1;
    index += 1;
  }
}

/** An element may also be replaced whole, where that says the same in fewer bytes than the changes inside it. */
function diffElement(before: unknown, after: unknown, path: string, patch: PatchOperation[], depth: number): void {
  if (deepEqual(before, after)) return;
  const inside: PatchOperation[] = [];
  diffValue(before, after, path, inside, depth);
  if (inside.length > 1 && isExact(after)) {
    const whole: PatchOperation = { op: "replace", path, value: assertJson(after, path) };
    if (JSON.stringify(whole).length <= JSON.stringify(inside).length) {
      patch.push(whole);
      return;
    }
  }
  for (const operation of inside) patch.push(operation);
}

/** JSON.parse rounds integers beyond 2^53, so a value that holds one must not be written back where only its siblings changed. */
function isExact(value: unknown): boolean {
  if (typeof value === "number") return !Number.isInteger(value) || Number.isSafeInteger(value);
  return typeof value !== "object" || value === null || Object.values(value).every(isExact);
}
