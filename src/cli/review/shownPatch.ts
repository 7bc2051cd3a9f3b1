import { isSecret } from "../../policy/report/isSecret.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import { LAST_APPLIED, NOT_SHOWN, OPEN_MEMBERS, secretMask } from "../gate/secretMask.ts";
import type { JudgedObject } from "./JudgedObject.ts";

/** Members of metadata that say which object it is. */
const IDENTITY = ["name", "generateName", "namespace"];

/** An operation of a patch as it is printed: without `value` where that is not shown. */
export type ShownOperation = Omit<PatchOperation, "value"> & { readonly value?: unknown };

/** The patch of a verdict without the values of a Secret: only those of its metadata, type and immutable are shown. */
export function shownPatch({ located: { review }, verdict }: JudgedObject): readonly ShownOperation[] {
  const { patch, object } = verdict;
  if (!isSecret(review)) return patch;
  const mask = secretMask([review.object, review.oldObject, object]);
  return patch.map((operation) => {
    if (!("value" in operation)) return operation;
    const { op, path, value } = operation;
    const [, member = "", ...inside] = path.split("/");
    if (member !== "metadata" && member !== "type") return { op, path };
    const key = inside.at(-1)?.replaceAll("~1", "/").replaceAll("~0", "~") ?? "";
    return { op, path, value: masked(value, key, mask) };
  });
}

/**
 * The object of a verdict with its patch. Of a Secret only metadata, type and immutable, and the keys of its data, so that
 * it cannot be applied by mistake. `stringData` becomes `data`, as in the API server. Null for a deleted object.
 */
export function shownObject({ located: { review }, verdict: { object } }: JudgedObject): JsonObject | null {
  if (object === null || !isSecret(review)) return object;
  const mask = secretMask([review.object, review.oldObject, object]);
  const { data, stringData } = object;
  const open = Object.entries(object).filter(([key]) => OPEN_MEMBERS.includes(key));
  const keys = [data, stringData].flatMap((it) => (isJsonObject(it) ? Object.keys(it) : []));
  return {
    ...Object.fromEntries(open.map(([key, value]) => [key, key === "metadata" ? masked(value, "", mask) : value])),
    ...(keys.length === 0 ? {} : { data: Object.fromEntries(keys.map((key) => [key, NOT_SHOWN])) }),
  };
}

/** A value with all of its texts masked, except the names of the object. `key` is the key that it is at. */
function masked(value: unknown, key: string, mask: (text: string) => string): unknown {
  if (key === LAST_APPLIED) return NOT_SHOWN;
  if (Array.isArray(value)) return value.map((item) => masked(item, "", mask));
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, masked(member, name, mask)]));
  return typeof value === "string" && !IDENTITY.includes(key) ? mask(value) : value;
}
