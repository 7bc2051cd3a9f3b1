import { assertJson, MAX_JSON_DEPTH, tooDeep } from "../assertJson.ts";
import { isJsonObject, type JsonObject } from "../Json.ts";
import { GivenNumbers } from "../json/GivenNumbers.ts";
import { writeJson } from "../json/writeJson.ts";
import { alignArrays, nameOf } from "./alignArrays.ts";
import { deepEqual } from "./deepEqual.ts";
import { type PatchOperation, pointerTo } from "./PatchOperation.ts";

/**
 * Returns the JSON Patch (RFC 6902) that turns `before` into `after`; empty for equal values. Subtrees shared by
 * reference are not walked: the cost depends on the changes of a draft, not on the size of the object.
 *
 * Written here because the libraries that were tried rewrite every element after an array insert, or recurse once for
 * each element.
 *
 * Throws `NotJsonError` when `after` contains a value that JSON cannot represent, or an integer whose digits are in doubt.
 */
export function diffJson(before: unknown, after: unknown): PatchOperation[] {
  const diff = new JsonDiff(before);
  diff.addValue(before, after, "");
  return diff.patch;
}

/** The patch of one diff while it is built. One object for the whole walk: this runs for every mutated review. */
class JsonDiff {
  readonly patch: PatchOperation[] = [];
  readonly #given: GivenNumbers;
  #depth = 0;

  constructor(before: unknown) {
    this.#given = new GivenNumbers(before);
  }

  addValue(before: unknown, after: unknown, path: string): void {
    if (before === after) return;
    if (this.#depth > MAX_JSON_DEPTH) throw tooDeep(path);
    this.#depth += 1;
    if (Array.isArray(before) && Array.isArray(after)) this.#addArray(before, after, path);
    else if (isJsonObject(before) && isJsonObject(after)) this.#addObject(before, after, path);
    else {
      const value = this.#copy(after, path);
      // A small bigint becomes the number that may have been there.
      if (value !== before) this.patch.push({ op: "replace", path, value });
    }
    this.#depth -= 1;
  }

  #addObject(before: JsonObject, after: JsonObject, path: string): void {
    for (const key of Object.keys(before))
      if (!Object.hasOwn(after, key) || after[key] === undefined)
        this.patch.push({ op: "remove", path: pointerTo(path, key) });
    for (const key of Object.keys(after)) {
      const value = after[key];
      if (value === undefined) continue;
      const at = pointerTo(path, key);
      if (Object.hasOwn(before, key)) this.addValue(before[key], value, at);
      else this.patch.push({ op: "add", path: at, value: this.#copy(value, at) });
    }
  }

  #addArray(before: readonly unknown[], after: readonly unknown[], path: string): void {
    let index = 0;
    let from = 0;
    let to = 0;
    for (const step of alignArrays(before, after)) {
      const at = pointerTo(path, index);
      if (step === "remove") {
        this.patch.push({ op: "remove", path: at });
        from += 1;
        continue;
      }
      const value = after[to];
      if (step === "insert") this.patch.push({ op: "add", path: at, value: this.#copy(value, at) });
      else this.#addElement(before[from], value, at);
      if (step !== "insert") from += 1;
      to += 1;
      index += 1;
    }
  }

  /**
   * Replaces an element that has another name as a whole, when that is not longer than the changes inside it. Of the same
   * element only the changes are written: who reads the patch sees no value that was there before.
   */
  #addElement(before: unknown, after: unknown, path: string): void {
    if (deepEqual(before, after)) return;
    const { patch } = this;
    const start = patch.length;
    this.addValue(before, after, path);
    if (patch.length - start <= 1 || nameOf(before) === nameOf(after)) return;
    const whole: PatchOperation = { op: "replace", path, value: this.#copy(after, path) };
    if (writeJson(whole).length > writeJson(patch.slice(start)).length) return;
    patch.length = start;
    patch.push(whole);
  }

  #copy(value: unknown, path: string): unknown {
    return assertJson(value, path, 0, this.#given);
  }
}
